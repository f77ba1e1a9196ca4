import { isDeepStrictEqual } from "node:util";
import type { KeyValue, WatchEvent } from "../../client";
import type { ServiceInstance } from "../service-instance";
import type { Change, InvalidEntry } from "./changes";
import type { EntryReader } from "./entry-reader";
import type { Scope } from "./selection";

/** What came of new knowledge. */
export interface Findings<M> {
  readonly changes: readonly Change<M>[];
  /** That nobody was told of yet. */
  readonly invalid: readonly InvalidEntry[];
}

/** At which revision something happened, as far as is known. */
interface Moment {
  readonly revision: bigint;
  readonly isFromList: boolean;
}

/** All instances that are known, ordered by key. */
export class InstanceTable<M> {
  private readonly sorted: ServiceInstance<M>[] = [];
  /** A copy of it, if anybody has asked since it changed. */
  private shown: readonly ServiceInstance<M>[] | undefined;
  /** The revision of every entry that could not be read, by key. */
  private readonly unreadable = new Map<string, bigint>();

  constructor(private readonly read: EntryReader<M>) {}

  /** Stays as it is; another one once something has changed. */
  get instances(): readonly ServiceInstance<M>[] {
    this.shown ??= this.sorted.slice();
    return this.shown;
  }

  /** @param events in order, and newer than all that is known of the scope */
  apply(scope: Scope, events: readonly WatchEvent[]): Findings<M> {
    const changes: Change<M>[] = [];
    const invalid: InvalidEntry[] = [];
    for (const { type, kv } of events) {
      const moment = { revision: kv.modRevision, isFromList: false };
      if (scope.nameOf(kv.key) === undefined) continue;
      if (type === "delete") changes.push(...this.drop(kv.key.toString(), moment));
      else this.put(kv, scope, moment, { changes, invalid });
    }
    return { changes, invalid };
  }

  /** The first list of a scope: everything in it is told as of its own revision. */
  fill(scope: Scope, kvs: readonly KeyValue[]): Findings<M> {
    const changes: Change<M>[] = [];
    const invalid: InvalidEntry[] = [];
    for (const kv of kvs)
      this.put(kv, scope, { revision: kv.modRevision, isFromList: false }, { changes, invalid });
    return { changes, invalid };
  }

  /** Takes over what a later list of a scope says, whatever has happened since the last one. */
  replace(scope: Scope, kvs: readonly KeyValue[], revision: bigint): Findings<M> {
    const changes: Change<M>[] = [];
    const invalid: InvalidEntry[] = [];
    const moment = { revision, isFromList: true };
    const gone = this.keysOf(scope);
    for (const kv of kvs) {
      gone.delete(kv.key.toString());
      this.put(kv, scope, moment, { changes, invalid });
    }
    for (const key of gone) changes.push(...this.drop(key, moment));
    return { changes, invalid };
  }

  private put(
    kv: KeyValue,
    scope: Scope,
    moment: Moment,
    { changes, invalid }: { changes: Change<M>[]; invalid: InvalidEntry[] },
  ): void {
    const name = scope.nameOf(kv.key);
    if (name === undefined) return;
    const entry = this.read(kv, name);
    if ("invalid" in entry) {
      const { key, modRevision } = entry.invalid;
      const isNew = this.unreadable.get(key) !== modRevision;
      changes.push(...this.drop(key, moment));
      this.unreadable.set(key, modRevision);
      if (isNew) invalid.push(entry.invalid);
      return;
    }
    const { instance } = entry;
    this.unreadable.delete(instance.key);
    const index = this.indexOf(instance.key);
    const previous = this.at(index, instance.key);
    // A cluster that began anew may have another entry under the same key, at the same revision.
    if (isDeepStrictEqual(previous, instance)) return;
    this.sorted.splice(index, previous === undefined ? 0 : 1, instance);
    this.shown = undefined;
    changes.push({ ...moment, type: previous === undefined ? "added" : "changed", instance, previous });
  }

  private drop(key: string, moment: Moment): Change<M>[] {
    this.unreadable.delete(key);
    const index = this.indexOf(key);
    const instance = this.at(index, key);
    if (instance === undefined) return [];
    this.sorted.splice(index, 1);
    this.shown = undefined;
    return [{ ...moment, type: "removed", instance, previous: undefined }];
  }

  private keysOf(scope: Scope): Set<string> {
    const keys = new Set<string>();
    const add = (key: string): void => {
      if (scope.nameOf(Buffer.from(key)) !== undefined) keys.add(key);
    };
    for (let index = this.indexOf(scope.prefix); index < this.sorted.length; index += 1) {
      const { key } = this.sorted[index]!;
      if (!key.startsWith(scope.prefix)) break;
      add(key);
    }
    for (const key of this.unreadable.keys()) if (key.startsWith(scope.prefix)) add(key);
    return keys;
  }

  private at(index: number, key: string): ServiceInstance<M> | undefined {
    const instance = this.sorted[index];
    return instance?.key === key ? instance : undefined;
  }

  /** Where a key stands, or would. */
  private indexOf(key: string): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle]!.key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
