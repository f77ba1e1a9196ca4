import { UsageError } from "../../../../lib/errors";

/** Stands for every machine. */
export const ALL = "all";

/**
 * The one machine that is meant: by its member's name, its number, or a part of the name that no other has.
 * @throws {UsageError} that lists the names
 */
export function pickName(wanted: string, names: readonly string[]): string {
  if (names.length === 0)
    throw new UsageError(`there is no machine "${wanted}" yet: the deploy has not made any instance`, {
      remedy: "npm run lab -- status shows how far it is",
    });
  if (names.includes(wanted)) return wanted;
  const byNumber = /^\d+$/.test(wanted) ? names[Number(wanted)] : undefined;
  if (byNumber !== undefined) return byNumber;
  const [found, ...others] = wanted === "" ? [] : names.filter((name) => name.includes(wanted));
  if (found !== undefined && others.length === 0) return found;
  const problem =
    found === undefined
      ? `there is no machine "${wanted}"`
      : `"${wanted}" is part of several machines' names`;
  throw new UsageError(problem, { remedy: `the machines are ${names.join(", ")}` });
}

/**
 * The machines that are meant, each once and in the members' order.
 * @throws {UsageError} that lists the names
 */
export function pickNames(wanted: readonly string[], names: readonly string[]): string[] {
  const picked = new Set(wanted.flatMap((one) => (one === ALL ? names : [pickName(one, names)])));
  return names.filter((name) => picked.has(name));
}
