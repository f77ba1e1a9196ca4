import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import type { Mistake } from "../errors";
import type { PlacedMistake } from "./schema-mistakes";

/**
 * A definition is a page of text; anything far larger is another file by mistake, and reading it as YAML would only
 * produce thousands of errors.
 */
const MAX_CHARACTERS = 256 * 1024;

/** More syntax errors than this say nothing new: the first ones are the cause. */
const MAX_SYNTAX_ERRORS = 10;

/** The text of a definition with what is needed to say where a value stands. */
export interface YamlSource {
  readonly value: unknown;
  /** Adds file, line and column. */
  place(mistake: PlacedMistake): Mistake;
}

/** Reads YAML; syntax errors come back as mistakes with their lines, none of them thrown. */
export function readYaml(text: string, file: string): { source: YamlSource } | { mistakes: Mistake[] } {
  if (text.trim() === "") {
    return {
      mistakes: [{ path: "", file, line: 1, message: "the file is empty", remedy: "the smallest definition is one line: name: my-cluster" }],
    };
  }
  if (text.length > MAX_CHARACTERS) {
    return {
      mistakes: [
        {
          path: "",
          file,
          message: `the file has ${text.length} characters; a definition has at most ${MAX_CHARACTERS}`,
          remedy: "is this the right file?",
        },
      ],
    };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0) {
    const shown = document.errors.slice(0, MAX_SYNTAX_ERRORS);
    const mistakes: Mistake[] = shown.map((error) => ({ path: "", ...at(error.pos[0]), message: `not valid YAML: ${firstLine(error.message)}` }));
    const more = document.errors.length - shown.length;
    if (more > 0) mistakes.push({ path: "", file, message: `${more} more syntax errors` });
    return { mistakes };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { mistakes: [{ path: "", file, message: `not usable YAML: ${firstLine(String(error instanceof Error ? error.message : error))}` }] };
  }
  if (value === null || value === undefined) {
    return {
      mistakes: [{ path: "", file, line: 1, message: "the file has only comments", remedy: "the smallest definition is one line: name: my-cluster" }],
    };
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    return {
      mistakes: [{ path: "", file, line: 1, message: "must be a mapping (key: value) at the top", remedy: "the smallest definition is one line: name: my-cluster" }],
    };
  }
  return {
    source: {
      value,
      place: ({ path, atKey, message, remedy }) => ({ path: formatPath(path), message, remedy, ...at(offsetOf(document, path, atKey)) }),
    },
  };
}

/** `members[1].name` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
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
    return isEmpty || (length < path.length && length > 0) ? (offsetOfKey(document, path.slice(0, length)) ?? node.range[0]) : node.range[0];
  }
  return 0;
}

function offsetOfKey(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent: unknown = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const key = path[path.length - 1];
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return pair !== undefined && isScalar(pair.key) ? pair.key.range?.[0] : undefined;
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}
