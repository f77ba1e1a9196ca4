import type { MemberReading, Reading } from "../read-cluster";
import type { Attempt, KeyValue, LoadRecord, ResponseHeader } from "../records";

const PREFIX = "/load/test/";
const ENDPOINTS = ["http://etcd-0:2379", "http://etcd-1:2379", "http://etcd-2:2379"];
const START_MS = Date.parse("2026-01-01T00:00:00Z");
const STEP_MS = 10;

/**
 * A log and the data of a cluster that keeps its word, made by hand. What a test spoils is the data, or the state of the cluster that
 * goes on answering.
 */
export class History {
  readonly records: LoadRecord[] = [{ type: "started", atMs: START_MS, prefix: PREFIX }];
  /** What the cluster has, by key. */
  data = new Map<string, KeyValue>();
  revision = 100;
  raftTerm = 3;
  clusterId = "c1";
  private lastId = 0;
  private lastLink = 0;

  /** Sends a write and leaves it without an outcome. */
  send(kind: "put" | "link" = "put"): Attempt {
    const id = ++this.lastId;
    const attempt: Attempt = {
      type: "attempt",
      atMs: this.nowMs,
      id,
      lane: 0,
      endpoint: ENDPOINTS[id % ENDPOINTS.length]!,
      key: `${PREFIX}write/${id}`,
      value: `value ${id}`,
      ...(kind === "link" ? { counter: { key: `${PREFIX}chain/0`, after: this.lastLink } } : {}),
    };
    this.records.push(attempt);
    return attempt;
  }

  /** Does what the write asks for. */
  apply({ key, value, counter }: Attempt): void {
    this.revision++;
    for (const written of [key, ...(counter === undefined ? [] : [counter.key])]) {
      const before = this.data.get(written);
      this.data.set(written, {
        key: written,
        value,
        createRevision: before?.createRevision ?? this.revision,
        modRevision: this.revision,
        version: (before?.version ?? 0) + 1,
      });
    }
  }

  acknowledge({ id, counter }: Attempt): void {
    if (counter !== undefined) this.lastLink = this.revision;
    this.records.push({ type: "acknowledged", atMs: this.nowMs, id, header: this.header() });
  }

  refuse({ id }: Attempt): void {
    this.records.push({ type: "refused", atMs: this.nowMs, id, reason: "No connection established" });
  }

  /** Of a link: the chain is not where it was expected. */
  refuseLink({ id, counter }: Attempt): void {
    const found = counter === undefined ? undefined : this.data.get(counter.key);
    this.lastLink = found?.modRevision ?? 0;
    this.records.push({
      type: "refused",
      atMs: this.nowMs,
      id,
      reason: "the chain goes on from elsewhere",
      found: { header: this.header(), ...(found === undefined ? {} : { counter: found }) },
    });
  }

  forget({ id }: Attempt): void {
    this.records.push({ type: "unknown", atMs: this.nowMs, id, reason: "Deadline exceeded" });
  }

  /** A write as it should be. */
  write(kind: "put" | "link" = "put"): Attempt {
    const attempt = this.send(kind);
    this.apply(attempt);
    this.acknowledge(attempt);
    return attempt;
  }

  writes(count: number): Attempt[] {
    return Array.from({ length: count }, (_, index) => this.write(index % 2 === 0 ? "put" : "link"));
  }

  /** Puts one key of the data in place of what is there. */
  spoil(key: string, change: Partial<KeyValue>): void {
    this.data.set(key, { ...this.data.get(key)!, ...change });
  }

  read(changes: { readonly members?: readonly MemberReading[] } = {}): Reading {
    const members = ENDPOINTS.map((endpoint) => this.snapshot(endpoint));
    return { agreed: members[0]!, members: changes.members ?? members };
  }

  snapshot(endpoint: string): Reading["agreed"] {
    return { endpoint, header: this.header(), revision: this.revision, kvs: [...this.data.values()] };
  }

  private get nowMs(): number {
    return START_MS + this.records.length * STEP_MS;
  }

  private header(): ResponseHeader {
    const { clusterId, revision, raftTerm } = this;
    return { clusterId, memberId: "a1", revision, raftTerm };
  }
}
