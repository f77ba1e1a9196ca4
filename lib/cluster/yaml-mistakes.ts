import { isAlias, isNode, isScalar, Lexer, Parser, visit, type Document, type YAMLError } from "yaml";
import { quote } from "./quote";

/** More than this says nothing new: the first ones are the cause. */
const MOST_SHOWN = 10;

/** No definition is half as deep. */
const DEEPEST = 50;

/** The parser repeats the text it stumbles over, however long. */
const LONGEST_MESSAGE = 160;

export interface YamlMistake {
  /** Into the text; absent when it is about the file as a whole, which is shown at its beginning. */
  readonly offset?: number | undefined;
  readonly message: string;
  readonly remedy?: string | undefined;
}

/**
 * Looks at the nesting before the text is composed, which goes down once per level: V8 does not throw but ends the process when
 * a regular expression is compiled at the end of the stack ("RegExpCompiler Allocation failed").
 */
export function nestingMistake(text: string): YamlMistake | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    Array.from(parser.next(lexeme));
    if (parser.stack.length > DEEPEST) {
      return {
        offset: parser.offset,
        message: "nested more deeply than any definition",
        remedy: "is this the right file?",
      };
    }
  }
  return undefined;
}

/** All that is wrong with the text as YAML: what the parser says, in words for somebody who only wants to write a file. */
export function yamlMistakes(document: Document.Parsed, text: string): YamlMistake[] {
  const ofSyntax = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  return ofSyntax.length > 0
    ? firstOf(
        ofSyntax,
        ({ pos }) => pos[0],
        (error) => inOurWords(error, text),
      )
    : firstOf(
        structureMistakes(document),
        ({ offset }) => offset,
        (mistake) => mistake,
      );
}

function firstOf<T>(
  all: readonly T[],
  offsetOf: (item: T) => number | undefined,
  toMistake: (item: T) => YamlMistake,
): YamlMistake[] {
  const shown = all.slice(0, MOST_SHOWN).map(toMistake);
  const next = all[MOST_SHOWN];
  return next === undefined
    ? shown
    : [...shown, { offset: offsetOf(next), message: `and ${all.length - MOST_SHOWN} more from here on` }];
}

function inOurWords({ code, message, pos: [offset, end] }: YAMLError, text: string): YamlMistake {
  switch (code) {
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
      return { offset, message: `not valid YAML: ${oneLine(message)}` };
  }
}

/** What YAML allows and a definition has no use for. */
function structureMistakes(document: Document.Parsed): YamlMistake[] {
  const mistakes: YamlMistake[] = [];
  const anchors = new Set<string>();
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source)) {
        mistakes.push({
          offset: node.range?.[0],
          message: `the alias ${quote(`*${node.source}`)} repeats nothing: no anchor of that name stands before it`,
          remedy: "write the value itself; a text that begins with * needs quotes",
        });
      }
    },
    Pair(_, { key }) {
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
  const line = message.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE - 1)}…` : line;
}
