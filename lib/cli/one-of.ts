import { UsageError } from "../errors";

/** @throws {UsageError} when `text` is none of `known` */
export function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  const words =
    known.length < 2 ? known.join("") : `${known.slice(0, -1).join(", ")} or ${known.at(-1) ?? ""}`;
  throw new UsageError(`${option} must be ${words}, got "${text}"`);
}
