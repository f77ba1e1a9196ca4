import type { Metadata, ServiceInstance } from "../service-instance";

export type ChangeType = "added" | "changed" | "removed";

/**
 * What happened to one instance; every one once, and those of one service in the order of revisions. Between several services that are
 * named one by one the order is that of revisions as well, unless the connection to a member was lost: then each of them is told what
 * it has missed.
 */
export interface Change<M = Metadata> {
  readonly type: ChangeType;
  /** As it is now; of one that was removed: as it was last. */
  readonly instance: ServiceInstance<M>;
  /** As it was before; only of one that was changed. */
  readonly previous: ServiceInstance<M> | undefined;
  /** At which it happened; after a gap (see `isFromList`) the one of the list that showed it. */
  readonly revision: bigint;
  /**
   * Learned by comparing lists, as what happened in between was compacted or the cluster was restored from a snapshot. What came and
   * went in between is not told.
   */
  readonly isFromList: boolean;
}

/** All live instances at one revision. */
export interface Snapshot<M = Metadata> {
  /** Ordered by key. */
  readonly instances: readonly ServiceInstance<M>[];
  /** Of the last change or list that went into it. 0 before the first list. */
  readonly revision: bigint;
  /** No member with a quorum has confirmed it lately (or ever): the last that was known. */
  readonly isStale: boolean;
  /** `Date.now()` of the last confirmation; `undefined` before the first. */
  readonly confirmedAt: number | undefined;
}

/** An entry that could not be read, and is left out. One that could be read before is `removed`. */
export interface InvalidEntry {
  readonly key: string;
  /** One phrase. */
  readonly reason: string;
  readonly modRevision: bigint;
}

/** Which services. */
export type Selection =
  | string
  | readonly string[]
  /** All; with `below` those whose names begin with it and a slash. */
  | { readonly all: true; readonly below?: string };

export interface DiscoverOptions<M = Metadata> {
  /** What metadata must be; entries that do not match are left out and told as `invalid`. @default - any JSON object */
  readonly schema?: import("../schema").Schema<M> | undefined;
}
