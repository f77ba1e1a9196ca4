import { EventEmitter } from "node:events";
import { untilAborted, withDeadline, type EndpointProblem, type WatchEvent } from "../../client";
import { ExternalError } from "../../errors";
import { cannotPass } from "../cannot-pass";
import type { Layout } from "../layouts/layout";
import type { Metadata, ServiceInstance } from "../service-instance";
import { tell } from "../tell";
import { ChangeQueue } from "./change-queue";
import type { Change, DiscoverOptions, InvalidEntry, Selection, Snapshot } from "./changes";
import { entryReader } from "./entry-reader";
import type { Follower, ScopeList } from "./following";
import { InstanceTable, type Findings } from "./instance-table";
import { scopesOf, type Scope } from "./selection";
import type { WatchHub } from "./watch-hub";

export interface DiscoveryEvents<M = Metadata> {
  /** Beginning with an `added` for every instance of the first list. */
  change: [Change<M>];
  /** No member with a quorum has confirmed for some 3 s (two checks and a call) what is known, which stays as it is. */
  stale: [Snapshot<M>];
  /** All that has happened is known (again); told after the changes themselves. */
  fresh: [Snapshot<M>];
  /** An entry is left out as it cannot be read; once for every revision of it. */
  invalid: [InvalidEntry];
  /** Something failed. It is tried again by itself. */
  problem: [EndpointProblem];
}

export interface ReadyOptions {
  readonly signal?: AbortSignal | undefined;
  /** @default - as long as it takes */
  readonly timeoutMs?: number | undefined;
}

/** Somebody who waits for the first list. */
interface Waiter<M> {
  readonly resolve: (snapshot: Snapshot<M>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Services as they are now and what becomes of them, for as long as it is not closed; until then it keeps the process alive. Whatever
 * fails is tried again.
 */
export class Discovery<M extends object = Metadata> extends EventEmitter<DiscoveryEvents<M>> {
  private readonly table: InstanceTable<M>;
  /** Not listed yet. */
  private readonly unlisted: Set<Scope>;
  /** And whether they want what was there before. */
  private readonly queues = new Map<ChangeQueue<M>, { readonly includeCurrent: boolean }>();
  private readonly waiters = new Set<Waiter<M>>();
  private readonly unfollow: () => void;
  private revision = 0n;
  private isStale = true;
  private confirmedAt: number | undefined;
  /** By `performance.now()`. */
  private staleFrom = -Infinity;
  private lastProblem: EndpointProblem | undefined;
  private current: Snapshot<M> | undefined;
  private isClosed = false;

  /** For `ServiceRegistry.discover()`. */
  constructor(hub: WatchHub, layout: Layout, selection: Selection, { schema }: DiscoverOptions<M>) {
    super();
    const scopes = scopesOf(selection, layout);
    this.table = new InstanceTable(entryReader(layout, schema));
    this.unlisted = new Set(scopes);
    const follower: Follower = {
      listed: (lists, revision) => this.listed(lists, revision),
      happened: (scope, events) => this.happened(scope, events),
      confirmed: (at, staleFrom) => this.confirmed(at, staleFrom),
      doubted: () => this.doubted(),
      troubled: (problem) => this.troubled(problem),
      ended: () => this.end(),
    };
    this.unfollow = hub.follow(scopes, follower);
  }

  /**
   * What is known now: empty and stale until the first list. The same object until something changes or is confirmed anew; its instances
   * are the same array until one of them changes.
   */
  get snapshot(): Snapshot<M> {
    // A process that was stopped, or did something else for long, asks before the timers run that would have told.
    const isStale = this.isStale || performance.now() > this.staleFrom;
    if (this.current?.isStale !== isStale)
      this.current = {
        instances: this.table.instances,
        revision: this.revision,
        isStale,
        confirmedAt: this.confirmedAt,
      };
    return this.current;
  }

  /**
   * Waits until all of the services have been listed once.
   *
   * @throws ExternalError when time is up, or it is closed
   * @throws EndpointProblem if the user may not read them, or is none
   */
  async ready({ signal, timeoutMs }: ReadyOptions = {}): Promise<Snapshot<M>> {
    if (this.unlisted.size === 0) return this.snapshot;
    if (this.isClosed) throw closed();
    let waiter: Waiter<M> | undefined;
    const listed = new Promise<Snapshot<M>>((resolve, reject) => {
      waiter = { resolve, reject };
      this.waiters.add(waiter);
    });
    try {
      const waiting = untilAborted(listed, signal);
      return await (timeoutMs === undefined
        ? waiting
        : withDeadline(waiting, timeoutMs, () => tooLate(timeoutMs, this.lastProblem)));
    } finally {
      if (waiter !== undefined) this.waiters.delete(waiter);
      // Whoever still listens for an abort may go.
      waiter?.resolve(this.snapshot);
    }
  }

  /**
   * Every change, in order; first an `added` for every instance there is. Each call has a reader of its own, which keeps what it has not
   * read yet: whoever reads no more should leave the loop. Ends after `close()`.
   */
  changes({ includeCurrent = true }: { readonly includeCurrent?: boolean } = {}): AsyncIterableIterator<
    Change<M>
  > {
    const queue = new ChangeQueue<M>((left) => this.queues.delete(left));
    if (includeCurrent) for (const change of asAdded(this.table.instances)) queue.push(change);
    if (this.isClosed) queue.end();
    else this.queues.set(queue, { includeCurrent });
    return queue;
  }

  /** Nothing is told any more; `snapshot` stays as it was last, and is stale. */
  close(): Promise<void> {
    this.unfollow();
    this.end();
    return Promise.resolve();
  }

  private listed(lists: readonly ScopeList[], revision: bigint): void {
    if (this.isClosed) return;
    const first: Change<M>[] = [];
    const later: Change<M>[] = [];
    const invalid: InvalidEntry[] = [];
    for (const { scope, kvs } of lists) {
      const isFirst = this.unlisted.delete(scope);
      const findings = isFirst ? this.table.fill(scope, kvs) : this.table.replace(scope, kvs, revision);
      (isFirst ? first : later).push(...findings.changes);
      invalid.push(...findings.invalid);
    }
    this.revision = revision;
    this.tell({ first: first.sort(byRevision), changes: later, invalid });
    if (this.unlisted.size > 0) return;
    for (const { resolve } of this.waiters) resolve(this.snapshot);
  }

  private happened(scope: Scope, events: readonly WatchEvent[]): void {
    if (this.isClosed) return;
    const findings = this.table.apply(scope, events);
    const { modRevision } = events.at(-1)!.kv;
    if (modRevision > this.revision) this.revision = modRevision;
    this.tell({ first: [], ...findings });
  }

  /** @param first are of a first list */
  private tell({ first, changes, invalid }: Findings<M> & { readonly first: readonly Change<M>[] }): void {
    this.current = undefined;
    // All readers before any listener: one that begins to read finds what has changed, and would be told once more.
    for (const [queue, { includeCurrent }] of this.queues) {
      if (includeCurrent) for (const change of first) queue.push(change);
      for (const change of changes) queue.push(change);
    }
    for (const change of [...first, ...changes]) this.say(() => this.emit("change", change));
    for (const entry of invalid) this.say(() => this.emit("invalid", entry));
  }

  private confirmed(at: number, staleFrom: number): void {
    if (this.isClosed) return;
    this.confirmedAt = at;
    this.staleFrom = staleFrom;
    this.current = undefined;
    if (!this.isStale) return;
    this.isStale = false;
    this.say(() => this.emit("fresh", this.snapshot));
  }

  private doubted(): void {
    if (this.isStale) return;
    this.isStale = true;
    this.say(() => this.emit("stale", this.snapshot));
  }

  private troubled(problem: EndpointProblem): void {
    this.lastProblem = problem;
    if (cannotPass(problem)) for (const { reject } of this.waiters) reject(problem);
    this.say(() => this.emit("problem", problem));
  }

  /** Not after `close()`, which any listener may call. */
  private say(emit: () => void): void {
    if (!this.isClosed) tell(emit);
  }

  private end(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isStale = true;
    this.current = undefined;
    for (const queue of this.queues.keys()) queue.end();
    this.queues.clear();
    for (const { reject } of this.waiters) reject(closed());
  }
}

function asAdded<M>(instances: readonly ServiceInstance<M>[]): Change<M>[] {
  return instances
    .map((instance) => ({
      type: "added" as const,
      instance,
      previous: undefined,
      revision: instance.modRevision,
      isFromList: false,
    }))
    .sort(byRevision);
}

const byRevision = (one: Change<unknown>, other: Change<unknown>): number =>
  one.revision < other.revision ? -1 : one.revision > other.revision ? 1 : 0;

function tooLate(timeoutMs: number, last: EndpointProblem | undefined): ExternalError {
  const why = last === undefined ? "no member has answered yet" : `the last problem was: ${last.message}`;
  return new ExternalError(`services were not listed within ${timeoutMs} ms; ${why}`, {
    remedy: last?.remedy ?? "See whether the endpoints are the right ones.",
    cause: last,
  });
}

function closed(): ExternalError {
  return new ExternalError("the discovery was closed before its services were listed", {
    remedy: "Close it, or its registry, later.",
  });
}
