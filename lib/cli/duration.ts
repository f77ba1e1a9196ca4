import { parseDuration } from "../cluster/units";
import { UsageError } from "../errors";

/** @throws {UsageError} when `text` is no duration */
export function durationMs(option: string, text: string): number {
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new UsageError(
    `${option} ${parsed.message}`,
    parsed.remedy === undefined ? {} : { remedy: parsed.remedy },
  );
}
