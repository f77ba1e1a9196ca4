import { UsageError } from "../../errors";
import type { Metadata } from "../../discovery";

/**
 * From what was given with `--metadata`, each a JSON object or `key=value`; together they make one object.
 *
 * @throws UsageError naming all that are neither, and keys that are given twice
 */
export function metadataOf(given: readonly string[]): Metadata {
  const mistakes: string[] = [];
  const values = new Map<string, unknown>();
  for (const text of given) {
    const entries = entriesOf(text);
    if (typeof entries === "string") mistakes.push(entries);
    else
      for (const [key, value] of entries) {
        if (values.has(key)) mistakes.push(`--metadata gives ${JSON.stringify(key)} twice`);
        values.set(key, value);
      }
  }
  if (mistakes.length > 0)
    throw new UsageError(mistakes.join("\n"), {
      remedy: `Give --metadata zone=a --metadata weight=3, whose values are text, or --metadata '{"zone":"a","weight":3}'.`,
    });
  return Object.fromEntries(values);
}

/** @returns a sentence for what is wrong */
function entriesOf(text: string): readonly (readonly [string, unknown])[] | string {
  if (text.trimStart().startsWith("{")) {
    try {
      return Object.entries(JSON.parse(text) as object);
    } catch (error) {
      return `--metadata ${JSON.stringify(text)} is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const equals = text.indexOf("=");
  return equals > 0
    ? [[text.slice(0, equals), text.slice(equals + 1)]]
    : `--metadata must be KEY=VALUE or a JSON object, got ${JSON.stringify(text)}`;
}
