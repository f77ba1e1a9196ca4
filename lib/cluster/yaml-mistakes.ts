import { isAlias, isNode, isScalar, visit, type Document, type Pair } from "yaml";
import { quote } from "./quote";

/** More than this says nothing new: the first ones are the cause. */
const MOST_SHOWN = 10;

/** No definition is half as deep; beyond it other programs run out of stack. */
const DEEPEST = 50;

const TOO_DEEP = {
  message: "nested more deeply than any definition",
  remedy: "is this the right file?",
} as const;

/** The parser repeats the text it stumbles over, however long. */
const LONGEST_MESSAGE = 160;

export interface YamlMistake {
  /** Into the text; absent when it is about the file as a whole, which is shown at its beginning. */
  readonly offset?: number | undefined;
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** All that is wrong with the text as YAML: what the parser says, in words for somebody who only wants to write a file. */
export function yamlMistakes(document: Document.Parsed, text: string): YamlMistake[] {
  const ofSyntax = [...document.errors, ...document.warnings].map((error): YamlMistake => {
    const [offset, end] = error.pos;
    switch (error.code) {
      case "DUPLICATE_KEY":
        return {
          offset,
          message: `the key ${quote(keyAt(text, offset))} stands here once more`,
          remedy: "keep one of them",
        };
      case "TAB_AS_INDENT":
        return { offset, message: "not valid YAML: a tab as indentation", remedy: "indent with spaces" };
      case "MULTIPLE_DOCS":
        return {
          offset,
          message: "another YAML document begins here; a file holds one cluster",
          remedy: "remove this line, or put what follows into its own file",
        };
      case "TAG_RESOLVE_FAILED":
        return {
          offset,
          message: `a tag that means nothing here: ${quote(text.slice(offset, end))}`,
          remedy: "remove it, or put the text in quotes",
        };
      default:
        return error.message.includes("call stack")
          ? { offset, ...TOO_DEEP }
          : { offset, message: `not valid YAML: ${oneLine(error.message)}` };
    }
  });
  const mistakes = ofSyntax.length > 0 ? ofSyntax : structureMistakes(document);
  const more = mistakes.length - MOST_SHOWN;
  return more > 0
    ? [
        ...mistakes.slice(0, MOST_SHOWN),
        { offset: mistakes.at(MOST_SHOWN)?.offset, message: `and ${more} more from here on` },
      ]
    : mistakes;
}

/** What YAML allows and a definition has no use for. */
function structureMistakes(document: Document.Parsed): YamlMistake[] {
  const mistakes: YamlMistake[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node, path) {
      const offset = node.range?.[0];
      if (path.length > DEEPEST) {
        mistakes.push({ offset, ...TOO_DEEP });
        return visit.BREAK;
      }
      if (isAlias(node)) {
        if (!anchors.has(node.source)) {
          mistakes.push({
            offset,
            message: `the alias *${node.source} repeats nothing: there is no &${node.source} before it`,
            remedy: "write the value itself; a text that begins with * needs quotes",
          });
        }
      } else if (node.anchor !== undefined) anchors.add(node.anchor);
      return undefined;
    },
    Pair(_, { key }: Pair) {
      if (isScalar(key) && key.value !== null) return;
      const offset = isNode(key) ? key.range?.[0] : undefined;
      mistakes.push({
        offset,
        message: `a key must be text, got ${isScalar(key) ? "nothing" : "a list, a mapping or an alias"}`,
      });
    },
  });
  return mistakes;
}

function keyAt(text: string, offset: number): string {
  const end = text.slice(offset).search(/[:\n]/);
  return text.slice(offset, end < 0 ? undefined : offset + end).trim();
}

function oneLine(message: string): string {
  // eslint-disable-next-line no-control-regex
  const line = message.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE - 1)}…` : line;
}
