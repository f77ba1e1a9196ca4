import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import type { Mistake } from "../errors";
import { formatPath } from "./path";
import { quote } from "./quote";
import type { PlacedMistake } from "./schema-mistakes";
import { nestingMistake, yamlMistakes, type YamlMistake } from "./yaml-mistakes";

/**
 * A definition is a page of text; anything far larger is another file by mistake, and reading it as YAML would only
 * produce thousands of errors.
 */
const MAX_CHARACTERS = 256 * 1024;

const SMALLEST = "the smallest definition is one line: name: my-cluster";

/** The text of a definition with what is needed to say where a value stands. */
export interface YamlSource {
  readonly value: unknown;
  /** Adds file, line and column. */
  place(mistake: PlacedMistake): Mistake;
}

/** Reads YAML; what is wrong with it comes back as mistakes with their lines, none of them thrown. */
export function readYaml(text: string, file: string): { source: YamlSource } | { mistakes: Mistake[] } {
  if (text.trim() === "") {
    return {
      mistakes: [{ path: "", file, line: 1, column: 1, message: "the file is empty", remedy: SMALLEST }],
    };
  }
  if (text.length > MAX_CHARACTERS) {
    const message = `the file has ${text.length} characters; a definition has at most ${MAX_CHARACTERS}`;
    return { mistakes: [{ path: "", file, line: 1, column: 1, message, remedy: "is this the right file?" }] };
  }
  const lines = linesOf(text);
  const at = (offset = 0) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const read = toValue(text);
  if ("mistakes" in read) {
    return {
      mistakes: read.mistakes.map(({ offset, message, remedy }) => ({
        path: "",
        ...at(offset),
        message,
        remedy,
      })),
    };
  }
  const { document, value } = read;
  return {
    source: {
      value,
      place: ({ path, atKey, message, remedy }) => ({
        path: formatPath(path),
        message,
        remedy,
        ...at(offsetOf(document, path, atKey)),
      }),
    },
  };
}

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return lines;
}

function toValue(text: string): { document: Document; value: unknown } | { mistakes: YamlMistake[] } {
  const tooDeep = nestingMistake(text);
  if (tooDeep !== undefined) return { mistakes: [tooDeep] };
  const document = parseDocument(text, {
    prettyErrors: false,
    // Fixed, or `%YAML 1.1` would turn `no` into false.
    schema: "core",
    resolveKnownTags: false,
    merge: true,
  });
  const mistakes = yamlMistakes(document, text);
  if (mistakes.length > 0) return { mistakes };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return { mistakes: [{ message: "the file holds no definition", remedy: SMALLEST }] };
  }
  const read = toJs(document);
  if ("mistakes" in read) return read;
  if (!isMap(contents)) {
    const message = `must be a mapping (key: value) at the top, got ${quote(read.value)}`;
    return { mistakes: [{ offset: contents.range[0], message, remedy: SMALLEST }] };
  }
  return { document, value: read.value };
}

/** The yaml package throws when aliases multiply without end, and when `<<` merges what is no mapping. */
function toJs(document: Document): { value: unknown } | { mistakes: YamlMistake[] } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      mistakes: [
        {
          message: `not usable as YAML: ${reason}`,
          remedy: "write the values out instead of repeating them",
        },
      ],
    };
  }
}

/** Of the value, of its key, or – where neither is in the text – of the nearest thing around it. */
function offsetOf(document: Document, path: readonly PropertyKey[], atKey: boolean): number {
  const keyOffset = offsetOfKey(document, path);
  if (atKey && keyOffset !== undefined) return keyOffset;
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node) || node.range == null) continue;
    // An empty value stands after its key: the key is what the reader sees.
    const isEmpty = isScalar(node) && node.range[0] === node.range[1];
    const isAround = length < path.length && length > 0;
    return isEmpty || isAround
      ? (offsetOfKey(document, path.slice(0, length)) ?? node.range[0])
      : node.range[0];
  }
  return 0;
}

function offsetOfKey(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent: unknown = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const name = String(path.at(-1));
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === name);
  return pair !== undefined && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
}
