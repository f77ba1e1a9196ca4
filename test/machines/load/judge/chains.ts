import type { Snapshot } from "../read-cluster";
import type { Attempt, KeyValue } from "../records";
import type { Write } from "../writes";
import { byKey } from "./keys";
import { abridged } from "./words";

/**
 * Links name the revision that they follow. So the ones that are there tell of one that was there once and is not any more, even if
 * nobody knew whether it had been taken.
 */
export function problemsOfChains(writes: readonly Write[], { kvs }: Snapshot): string[] {
  const found = byKey(kvs);
  const problems = [...chainsIn(writes)].flatMap(([counterKey, links]) => {
    const present = links
      .flatMap((attempt) => ({ attempt, kv: found.get(attempt.key) }))
      .filter((link): link is Link => link.kv?.value === link.attempt.value)
      .toSorted((one, other) => one.kv.modRevision - other.kv.modRevision);
    return [...gaps(present), ...wrongCounter(counterKey, present, found.get(counterKey))];
  });
  return abridged(problems, "broken chains");
}

interface Link {
  readonly attempt: Attempt;
  readonly kv: KeyValue;
}

function chainsIn(writes: readonly Write[]): Map<string, Attempt[]> {
  const chains = new Map<string, Attempt[]>();
  for (const { attempt } of writes)
    if (attempt.counter !== undefined)
      chains.set(attempt.counter.key, [...(chains.get(attempt.counter.key) ?? []), attempt]);
  return chains;
}

function gaps(present: readonly Link[]): string[] {
  return present.flatMap(({ attempt, kv }, index) => {
    const before = present[index - 1]?.kv;
    const after = attempt.counter?.after ?? 0;
    if (after === (before?.modRevision ?? 0)) return [];
    const wanted = after === 0 ? "as the first of its chain" : `as the one after revision ${after}`;
    const there = before === undefined ? "none" : `${before.key} (revision ${before.modRevision})`;
    return [
      `${kv.key} (revision ${kv.modRevision}) was taken ${wanted}, but the link before it is now ${there}`,
    ];
  });
}

function wrongCounter(key: string, present: readonly Link[], counter: KeyValue | undefined): string[] {
  const [first, last] = [present[0]?.kv, present.at(-1)?.kv];
  if (first === undefined || last === undefined)
    return counter === undefined ? [] : [`${key} is there, ${words(counter)}, but no link of its chain is`];
  const wanted: KeyValue = {
    key,
    value: last.value,
    createRevision: first.modRevision,
    modRevision: last.modRevision,
    version: present.length,
  };
  if (counter === undefined) return [`${key} is gone, but its chain is there up to ${last.key}`];
  return words(counter) === words(wanted)
    ? []
    : [`${key} is ${words(counter)}; its chain says ${words(wanted)}`];
}

const words = ({ value, createRevision, modRevision, version }: KeyValue): string =>
  `"${value}" (revision ${modRevision}, created at ${createRevision}, version ${version})`;
