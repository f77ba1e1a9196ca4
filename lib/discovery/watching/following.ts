import {
  prefixRange,
  type EndpointProblem,
  type KeyRange,
  type KeyValue,
  type WatchEvent,
} from "../../client";
import type { Scope } from "./selection";

/** Is told what becomes of the scopes that it follows. */
export interface Follower {
  /** Scopes as they are at a revision, whatever was told of them before. */
  listed(lists: readonly ScopeList[], revision: bigint): void;
  /** In order, every one once. */
  happened(scope: Scope, events: readonly WatchEvent[]): void;
  /**
   * All that had happened by then (`Date.now()`) was told.
   *
   * @param staleFrom when that will be too long ago, by `performance.now()`
   */
  confirmed(at: number, staleFrom: number): void;
  /** That was too long ago. */
  doubted(): void;
  /** Something failed; it is tried again. */
  troubled(problem: EndpointProblem): void;
  /** Nothing comes any more. */
  ended(): void;
}

export interface ScopeList {
  readonly scope: Scope;
  readonly kvs: readonly KeyValue[];
}

/** One follower, and how much it knows. */
export class Following {
  readonly subscriptions: readonly Subscription[];
  /** By `performance.now()`. */
  confirmedAt = -Infinity;

  constructor(
    scopes: readonly Scope[],
    readonly follower: Follower,
  ) {
    this.subscriptions = scopes.map((scope) => new Subscription(scope, this));
  }
}

/** One scope that is followed. */
export class Subscription {
  readonly range: KeyRange;
  /** Everything that happened up to here was told; 0 before the first list. */
  lastRevision = 0n;
  /** Nothing is known yet, or what happened next cannot be had. */
  needsList = true;
  /** By `performance.now()`: until when not to try again, as the user may not read it. */
  refusedUntil = -Infinity;

  constructor(
    readonly scope: Scope,
    readonly following: Following,
  ) {
    this.range = prefixRange(scope.prefix);
  }

  get prefix(): string {
    return this.scope.prefix;
  }
}
