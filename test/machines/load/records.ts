/** Who answered, and in which state of the cluster: etcd's response header, with IDs in hex as etcdctl prints them. */
export interface ResponseHeader {
  readonly clusterId: string;
  readonly memberId: string;
  /** Of the key-value store. */
  readonly revision: number;
  readonly raftTerm: number;
}

/** A key with what etcd knows of it. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  /** How often it was written since it was created. */
  readonly version: number;
}

/** The writer runs and is about to send. */
export interface Started {
  readonly type: "started";
  readonly atMs: number;
  /** Of all keys of this load, and of no others. */
  readonly prefix: string;
}

/** The writer sends nothing from here on, and every write before has its outcome; or it goes on. */
export interface Turn {
  readonly type: "paused" | "resumed" | "stopped";
  readonly atMs: number;
}

/** Logged before the write is sent. */
export interface Attempt {
  readonly type: "attempt";
  readonly atMs: number;
  readonly id: number;
  /** Writes of one lane are sent one after another. */
  readonly lane: number;
  readonly endpoint: string;
  readonly key: string;
  readonly value: string;
  /** Only in a link of the lane's chain: the same value is put here, if nobody did since this revision. */
  readonly counter?: { readonly key: string; readonly after: number };
}

export interface Acknowledged {
  readonly type: "acknowledged";
  readonly atMs: number;
  readonly id: number;
  readonly header: ResponseHeader;
}

/** The cluster surely did not take it, and never will. */
export interface Refused {
  readonly type: "refused";
  readonly atMs: number;
  readonly id: number;
  readonly reason: string;
  /** When the counter was not as expected: how it was. */
  readonly found?: { readonly header: ResponseHeader; readonly counter?: KeyValue };
}

/** Nobody knows whether the cluster took it or still will. */
export interface Unknown {
  readonly type: "unknown";
  readonly atMs: number;
  readonly id: number;
  readonly reason: string;
}

export type Outcome = Acknowledged | Refused | Unknown;

/** One line of the writer's log. The lines are in the order in which things happened. */
export type LoadRecord = Started | Turn | Attempt | Outcome;
