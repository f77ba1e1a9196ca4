import { placeOf } from "./path";

type Path = readonly PropertyKey[];

/** Each round removes at least one wrong thing at each place, and no place is deeper than this. */
const MOST_ROUNDS = 10;

/**
 * What stands for a wrong value that must be there, so that one wrong name does not take the whole member with it, and list
 * items keep their places. Rules never judge these values: a rule says what it `needs`.
 */
const STAND_INS: Readonly<Record<string, (index: number) => unknown>> = {
  name: () => "unnamed",
  "members[]": () => ({}),
  "members[].name": (index) => `unnamed-${index}`,
  "learners[]": (index) => `unnamed-learner-${index}`,
  "aws.region": () => "us-east-1",
  "aws.network.subnets[]": () => ({}),
  "aws.network.subnets[].cidr": (index) => `10.0.${index}.0/24`,
  "aws.network.subnets[].availabilityZone": () => "us-east-1a",
};

/**
 * A copy of `input` without what is wrong in it, so that the rules can look at the rest; undefined when nothing
 * usable is left.
 *
 * @param findMistakes where the schema finds something wrong
 */
export function salvage(
  input: unknown,
  findMistakes: (input: unknown) => readonly { readonly path: Path }[],
): unknown {
  const copy = copyOf(input);
  if (!isRecord(copy)) return undefined;
  const tried = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const mistakes = findMistakes(copy);
    if (mistakes.length === 0) return copy;
    for (const { path } of mistakes.toSorted(laterItemsFirst)) {
      const target = firstUntried(path, tried);
      tried.add(idOf(target));
      giveUp(copy, target);
    }
  }
  return undefined;
}

/** Typed props can hold what cannot be copied, a function for one; then there is nothing to salvage. */
function copyOf(input: unknown): unknown {
  try {
    return structuredClone(input);
  } catch {
    return undefined;
  }
}

/** The place itself; what is around it when it was given up before and is wrong still (a required key is gone). */
function firstUntried(path: Path, tried: ReadonlySet<string>): Path {
  return path.length > 0 && tried.has(idOf(path)) ? firstUntried(path.slice(0, -1), tried) : path;
}

function idOf(path: Path): string {
  return JSON.stringify(path);
}

function giveUp(root: Record<PropertyKey, unknown>, path: Path): void {
  const key = path.at(-1);
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), root);
  if (key === undefined || !isRecord(parent)) return;
  const place = placeOf(path);
  const standIn = Object.hasOwn(STAND_INS, place) ? STAND_INS[place] : undefined;
  if (standIn !== undefined) parent[key] = standIn(path.find((step) => typeof step === "number") ?? 0);
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

/** Removing an item moves those behind it. */
function laterItemsFirst(a: { readonly path: Path }, b: { readonly path: Path }): number {
  const [lastA, lastB] = [a.path.at(-1), b.path.at(-1)];
  return typeof lastA === "number" && typeof lastB === "number" ? lastB - lastA : 0;
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}
