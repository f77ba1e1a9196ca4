import type { Happened } from "./support/recorder";
import type { ToldChange } from "./support/protocol";

export type TimedChange = ToldChange & { readonly at: number };

/** What one watcher was told of one service, or of all, and what it has to be compared with. */
export interface Watched {
  /** Of its first list. */
  readonly firstRevision: number;
  readonly covers: (key: string) => boolean;
  readonly told: readonly TimedChange[];
}

export interface Judgement {
  /** What was wrong; none if nothing was. */
  readonly faults: readonly string[];
  /** How long after the member that told first, in milliseconds; of changes that were told as they happened. */
  readonly lags: readonly { readonly change: string; readonly lagMs: number; readonly at: number }[];
  /** How often it had to list again. */
  readonly lists: number;
}

interface Expected {
  readonly type: ToldChange["type"];
  readonly key: string;
  readonly revision: number;
  readonly at: number;
}

const inWords = ({
  revision,
  type,
  key,
}: Pick<Expected, "type" | "key"> & { revision: number | string }): string => `${revision} ${type} ${key}`;

/** Compares what a watcher was told with what has happened: the same, in the same order, nothing missing and nothing twice. */
export function judge(history: readonly Happened[], { firstRevision, covers, told }: Watched): Judgement {
  const faults: string[] = [];
  const lags: { change: string; lagMs: number; at: number }[] = [];
  const of = history.filter(({ key }) => covers(key));
  const truth = new Replay(of);
  let lists = 0;

  const first = truth.advance(firstRevision).standing();
  let expected = [...first, ...truth.rest()];
  let index = 0;
  let known = firstRevision;
  for (let turn = 0; turn < told.length; turn += 1) {
    const change = told[turn]!;
    if (change.isFromList) {
      // All that one list has told at once, in whatever order.
      const revision = Number(change.revision);
      const end = told.findIndex(
        (each, later) => later > turn && !(each.isFromList && each.revision === change.revision),
      );
      const block = told.slice(turn, end < 0 ? undefined : end);
      faults.push(...compareLists(of, known, revision, block));
      expected = new Replay(of).advance(revision).rest();
      index = 0;
      known = revision;
      lists += 1;
      turn += block.length - 1;
      continue;
    }
    const wanted = expected[index];
    if (wanted === undefined || inWords(wanted) !== inWords(change)) {
      const instead = wanted === undefined ? "nothing" : inWords(wanted);
      faults.push(`told ${inWords(change)}, and what happened was ${instead}`);
      return { faults, lags, lists };
    }
    known = Math.max(known, wanted.revision);
    if (wanted.revision > firstRevision)
      lags.push({ change: inWords(change), lagMs: change.at - wanted.at, at: wanted.at });
    index += 1;
  }
  for (const missing of expected.slice(index)) faults.push(`never told: ${inWords(missing)}`);
  return { faults, lags, lists };
}

/** What stands at a revision: by key the revision of its last put. */
export function standingAt(history: readonly Happened[], revision: number): ReadonlyMap<string, number> {
  const standing = new Map<string, number>();
  for (const each of history) {
    if (each.revision > revision) break;
    if (each.type === "delete") standing.delete(each.key);
    else standing.set(each.key, each.revision);
  }
  return standing;
}

function compareLists(
  history: readonly Happened[],
  from: number,
  to: number,
  told: readonly TimedChange[],
): string[] {
  const [before, after] = [standingAt(history, from), standingAt(history, to)];
  const wanted = new Set<string>();
  for (const [key, revision] of after) {
    if (!before.has(key)) wanted.add(`added ${key}`);
    else if (before.get(key) !== revision) wanted.add(`changed ${key}`);
  }
  for (const key of before.keys()) if (!after.has(key)) wanted.add(`removed ${key}`);
  const faults: string[] = [];
  for (const { type, key } of told)
    if (!wanted.delete(`${type} ${key}`))
      faults.push(`the list of ${to} told ${type} ${key}, which is no difference`);
  for (const missing of wanted) faults.push(`the list of ${to} did not tell ${missing}`);
  return faults;
}

class Replay {
  private readonly living = new Map<string, Happened>();
  private index = 0;

  constructor(private readonly history: readonly Happened[]) {}

  advance(revision: number): this {
    for (
      ;
      this.index < this.history.length && this.history[this.index]!.revision <= revision;
      this.index += 1
    ) {
      const each = this.history[this.index]!;
      if (each.type === "delete") this.living.delete(each.key);
      else this.living.set(each.key, each);
    }
    return this;
  }

  /** As a first list tells it: several of one revision by key. */
  standing(): Expected[] {
    return [...this.living.values()]
      .sort((one, other) => one.revision - other.revision || (one.key < other.key ? -1 : 1))
      .map(({ key, revision, at }) => ({ type: "added", key, revision, at }));
  }

  /** All that comes after. */
  rest(): Expected[] {
    const living = new Set(this.living.keys());
    return this.history.slice(this.index).map(({ type, key, revision, at }) => {
      const wasThere = living.has(key);
      if (type === "delete") living.delete(key);
      else living.add(key);
      return { type: type === "delete" ? "removed" : wasThere ? "changed" : "added", key, revision, at };
    });
  }
}
