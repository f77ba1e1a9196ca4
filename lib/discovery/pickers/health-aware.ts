import type { ServiceInstance } from "../service-instance";
import type { Picker } from "./picker";
import { Turns } from "./round-robin";

export interface HealthAwareOptions {
  /**
   * Failures in a row after which an instance is left out for a while.
   * @default 3
   */
  readonly failures?: number | undefined;
  /**
   * How long it is left out the first time, in milliseconds; twice as long each time after that.
   * @default 1000
   */
  readonly firstPauseMs?: number | undefined;
  /** @default 30000 */
  readonly longestPauseMs?: number | undefined;
  /** Milliseconds that only go on. @default performance.now */
  readonly now?: (() => number) | undefined;
  /** From 0 up to, but without, 1. @default Math.random */
  readonly random?: (() => number) | undefined;
}

interface Record {
  /** Which registration it is about: a new one begins with a clean slate. */
  readonly createRevision: bigint;
  failures: number;
  pauses: number;
  pausedUntil: number;
}

/**
 * Goes by how requests went: an instance that fails several times in a row is left out, a little longer each time, and then gets one
 * request to prove itself. When all are left out, the one whose pause ends first is picked: a wrong guess is better than none.
 */
export function healthAware({
  failures = 3,
  firstPauseMs = 1000,
  longestPauseMs = 30_000,
  now = () => performance.now(),
  random = Math.random,
}: HealthAwareOptions = {}): Picker {
  const turns = new Turns();
  const records = new Map<string, Record>();

  const recordOf = ({ key, createRevision }: ServiceInstance<unknown>): Record => {
    const known = records.get(key);
    if (known?.createRevision === createRevision) return known;
    const record = { createRevision, failures: 0, pauses: 0, pausedUntil: -Infinity };
    records.set(key, record);
    return record;
  };

  return {
    pick: (instances) => {
      forgetGone(records, instances);
      const at = now();
      const pausedUntil = ({ key, createRevision }: ServiceInstance<unknown>): number => {
        const record = records.get(key);
        return record?.createRevision === createRevision ? record.pausedUntil : -Infinity;
      };
      const well = instances.filter((one) => pausedUntil(one) <= at);
      if (well.length > 0) {
        const picked = turns.next(well);
        const record = picked && records.get(picked.key);
        // On trial: until its request is over, nobody else is sent there.
        if (record !== undefined && record.failures >= failures)
          record.pausedUntil = at + pauseMs(record.pauses, firstPauseMs, longestPauseMs, random);
        return picked;
      }
      return instances.toSorted((one, other) => pausedUntil(one) - pausedUntil(other))[0];
    },
    report: (instance, outcome) => {
      if (outcome === "succeeded") {
        records.delete(instance.key);
        return;
      }
      const record = recordOf(instance);
      record.failures += 1;
      if (record.failures < failures) return;
      record.pausedUntil = now() + pauseMs(record.pauses, firstPauseMs, longestPauseMs, random);
      record.pauses += 1;
    },
  };
}

/** Not quite as long for each, so that clients do not all come back at the same moment. */
function pauseMs(pauses: number, firstMs: number, longestMs: number, random: () => number): number {
  return Math.min(longestMs, firstMs * 2 ** pauses) * (0.75 + random() / 2);
}

function forgetGone(records: Map<string, Record>, instances: readonly { readonly key: string }[]): void {
  if (records.size <= instances.length) return;
  const there = new Set(instances.map(({ key }) => key));
  for (const key of records.keys()) if (!there.has(key)) records.delete(key);
}
