/** Each key by itself: what was acknowledged against what is there. */
import type { Snapshot } from "../read-cluster";
import type { KeyValue } from "../records";
import type { AcknowledgedWrite, Write } from "../writes";
import { at } from "./words";

export interface LostWrite {
  readonly key: string;
  readonly value: string;
  /** At which it was acknowledged. */
  readonly revision: number;
  /** When it was acknowledged. */
  readonly atMs: number;
  readonly message: string;
}

export interface UnexpectedKey {
  readonly key: string;
  readonly value: string;
  readonly revision: number;
  readonly message: string;
}

/** In the order in which they were acknowledged. */
export function lostWrites(acknowledged: readonly AcknowledgedWrite[], { kvs }: Snapshot): LostWrite[] {
  const found = byKey(kvs);
  return acknowledged
    .flatMap((write) => {
      const { attempt, outcome } = write;
      const how = difference(write, found.get(attempt.key));
      if (how === undefined) return [];
      const { key, value, endpoint } = attempt;
      const { revision, memberId, raftTerm } = outcome.header;
      const answer = `${endpoint} (member ${memberId}, raft term ${raftTerm}) acknowledged it at ${at(outcome.atMs)}`;
      const message = `${key} ${how}: ${answer} as revision ${revision} with the value "${value}"`;
      return [{ key, value, revision, atMs: outcome.atMs, message }];
    })
    .toSorted((one, other) => one.atMs - other.atMs);
}

function difference({ attempt, outcome }: AcknowledgedWrite, kv: KeyValue | undefined): string | undefined {
  if (kv === undefined) return "is gone";
  if (kv.value !== attempt.value) return `has another value ("${kv.value}", revision ${kv.modRevision})`;
  if (kv.modRevision !== outcome.header.revision) return `has another revision (${kv.modRevision})`;
  return undefined;
}

/** Keys of acknowledged writes with another value are lost ones instead. */
export function unexpectedKeys(writes: readonly Write[], { kvs }: Snapshot): UnexpectedKey[] {
  const written = new Map(writes.map((write) => [write.attempt.key, write]));
  const counters = new Set(writes.flatMap(({ attempt }) => attempt.counter?.key ?? []));
  return kvs.flatMap(({ key, value, modRevision }) => {
    const why = counters.has(key) ? undefined : whyNot(written.get(key), value);
    if (why === undefined) return [];
    const message = `${key} is there with the value "${value}" (revision ${modRevision}), but ${why}`;
    return [{ key, value, revision: modRevision, message }];
  });
}

function whyNot(write: Write | undefined, value: string): string | undefined {
  if (write === undefined) return "nobody wrote that key";
  const { attempt, outcome } = write;
  if (outcome?.type === "refused") return `the write was refused at ${at(outcome.atMs)}: ${outcome.reason}`;
  if (outcome?.type !== "acknowledged" && attempt.value !== value)
    return `the one write of it, at ${at(attempt.atMs)}, had the value "${attempt.value}"`;
  return undefined;
}

/** Every key but the chains' counters is written once. */
export function appliedTwice(writes: readonly Write[], { kvs }: Snapshot): string[] {
  const written = new Map(writes.map(({ attempt }) => [attempt.key, attempt]));
  return kvs.flatMap(({ key, version, createRevision, modRevision }) => {
    const attempt = written.get(key);
    if (attempt === undefined || version === 1) return [];
    const revisions = `first at revision ${createRevision}, last at ${modRevision}`;
    return [`${key} was sent once, at ${at(attempt.atMs)}, but applied ${version} times, ${revisions}`];
  });
}

export function byKey(kvs: readonly KeyValue[]): Map<string, KeyValue> {
  return new Map(kvs.map((kv) => [kv.key, kv]));
}
