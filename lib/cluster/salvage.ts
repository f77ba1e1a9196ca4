import type { PlacedMistake } from "./schema-mistakes";

/** A mistake can make its surroundings invalid too (a required key is gone); so many levels up are given up. */
const LEVELS = 4;

/**
 * A copy of `input` without what is wrong in it, so that the rules can look at the rest; undefined when nothing
 * usable is left.
 */
export function salvage(input: unknown, findMistakes: (input: unknown) => readonly PlacedMistake[]): unknown {
  const copy: unknown = structuredClone(input);
  if (!isRecord(copy)) return undefined;
  for (let level = 0; level < LEVELS; level += 1) {
    const paths = findMistakes(copy).map(({ path }) => path.slice(0, path.length - level));
    if (paths.length === 0) return copy;
    for (const path of paths.toSorted(laterItemsFirst)) remove(copy, path);
    keepPlaces(copy);
  }
  return undefined;
}

/** Members keep their places, or the rules would speak about the wrong one. */
function keepPlaces(definition: Record<PropertyKey, unknown>): void {
  definition["name"] ??= "unnamed";
  const members: unknown = definition["members"];
  if (!Array.isArray(members)) return;
  definition["members"] = members.map((member: unknown, index) =>
    isRecord(member) ? { ...member, name: member["name"] ?? `unnamed-${index}` } : { name: `unnamed-${index}` },
  );
}

function remove(root: Record<PropertyKey, unknown>, path: readonly PropertyKey[]): void {
  const key = path[path.length - 1];
  if (key === undefined) return;
  const parent = path.slice(0, -1).reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), root);
  if (!Array.isArray(parent)) {
    if (isRecord(parent)) Reflect.deleteProperty(parent, key);
  } else if (typeof key === "number") {
    if (path[0] === "members") parent[key] = undefined;
    else parent.splice(key, 1);
  }
}

function laterItemsFirst(a: readonly PropertyKey[], b: readonly PropertyKey[]): number {
  const [lastA, lastB] = [a[a.length - 1], b[b.length - 1]];
  return typeof lastA === "number" && typeof lastB === "number" ? lastB - lastA : 0;
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}
