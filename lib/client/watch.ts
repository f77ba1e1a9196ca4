import type { Etcd3 } from "etcd3";
import { classify } from "./classify";
import type { RawHeader } from "./header";
import type { KeyRange } from "./key-range";
import type { EndpointProblem } from "./problem";

/** A key with its value, as a member has it. */
export interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
  /** Decimal, as etcd3 takes it; `0` for none. */
  readonly leaseId: string;
}

export interface WatchEvent {
  readonly type: "put" | "delete";
  /** Of a deleted key: the key, and the revision of its deletion as `modRevision`. */
  readonly kv: KeyValue;
  /** What was there before; `undefined` if nothing was, if it was not asked for, or is compacted. */
  readonly previous: KeyValue | undefined;
}

export interface WatchReply {
  /** Which watch; -1 for the answer to a request for progress. */
  readonly watchId: number;
  readonly header: RawHeader;
  /** The member's revision when it sent this. */
  readonly revision: bigint;
  readonly isCreated: boolean;
  /** No more comes for this watch. */
  readonly isCanceled: boolean;
  readonly cancelReason: string;
  /** Above 0 if the watch was canceled because what it should begin with is compacted: the oldest revision there is. */
  readonly compactRevision: bigint;
  /** In order. Those of one revision always come together. */
  readonly events: readonly WatchEvent[];
}

export interface WatchListener {
  reply(reply: WatchReply): void;
  /** Called once, when nothing comes any more; without a problem after `close()`. */
  ended(problem: EndpointProblem | undefined): void;
}

export interface WatchRequest extends KeyRange {
  /** Chosen by the caller, above 0; the replies carry it. */
  readonly watchId: number;
  /** First revision to be told of. @default - what comes from now on */
  readonly startRevision?: bigint;
  /** @default false */
  readonly withPrevious?: boolean;
}

/** The stream of one member that any number of watches share. */
export class RawWatch {
  private isEnded = false;

  private constructor(
    private readonly stream: Duplex,
    private readonly listener: WatchListener,
  ) {
    stream.on("data", (reply) => {
      if (!this.isEnded) listener.reply(parse(reply));
    });
    // Also after close(): gRPC then reports CANCELLED, and an error event without a listener ends the process.
    stream.on("error", (error) => this.end(classify(error, { callTimeoutMs: 0, needsQuorum: false })));
    stream.on("end", () =>
      this.end(
        classify(new Error("Connection dropped: the stream for watches ended"), {
          callTimeoutMs: 0,
          needsQuorum: false,
        }),
      ),
    );
  }

  /**
   * Settles once the stream is asked for, which says nothing of the member yet.
   *
   * Below etcd3's own watcher, which reconnects for ever, settles never against a frozen member
   * (https://github.com/microsoft/etcd3/issues/130), and cannot tell why a watch was canceled.
   */
  static async open(
    etcd: Etcd3,
    listener: WatchListener,
    { requiresLeader = true }: { readonly requiresLeader?: boolean } = {},
  ): Promise<RawWatch> {
    const { client } = etcd.watchClient as unknown as { client: Pool };
    const stream = await client.withConnection("Watch", ({ client: calls, metadata }) => {
      const own = metadata.clone();
      // Without it a member that is cut off goes on as if nothing had ever happened: rpctypes/metadatafields.go in etcd.
      if (requiresLeader) own.set("hasleader", "true");
      return calls.watch(own);
    });
    return new RawWatch(stream, listener);
  }

  /** Its first reply says `isCreated`, or `isCanceled` and why not. */
  create({ key, range_end, watchId, startRevision, withPrevious = false }: WatchRequest): void {
    const create_request = {
      key,
      ...(range_end === undefined ? {} : { range_end }),
      watch_id: watchId,
      prev_kv: withPrevious,
      ...(startRevision === undefined ? {} : { start_revision: String(startRevision) }),
    };
    this.write({ create_request });
  }

  cancel(watchId: number): void {
    this.write({ cancel_request: { watch_id: watchId } });
  }

  /**
   * Has the member say something, with -1 as the watch. A sign of life and nothing more: older releases answer before events that came
   * earlier (https://github.com/etcd-io/etcd/issues/15220).
   */
  requestProgress(): void {
    this.write({ progress_request: {} });
  }

  /** Ends the stream at once, whatever state it is in. */
  close(): void {
    this.stream.cancel();
    this.end(undefined);
  }

  private write(request: object): void {
    if (!this.isEnded) this.stream.write(request);
  }

  private end(problem: EndpointProblem | undefined): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.listener.ended(problem);
  }
}

/** The part of etcd3 below its typed methods. */
interface Pool {
  withConnection<T>(
    service: "Watch",
    use: (to: { client: { watch(metadata: Metadata): Duplex }; metadata: Metadata }) => T,
  ): Promise<T>;
}

interface Metadata {
  clone(): Metadata;
  set(key: string, value: string): void;
}

interface Duplex {
  write(request: object): void;
  cancel(): void;
  on(event: "data", listener: (reply: RawReply) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
}

interface RawReply {
  readonly header: RawHeader | null;
  readonly watch_id: string;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly cancel_reason: string;
  readonly compact_revision: string;
  readonly events: readonly RawEvent[];
}

interface RawEvent {
  readonly type: "Put" | "Delete";
  readonly kv: RawKeyValue;
  readonly prev_kv: RawKeyValue | null;
}

/** As etcd3 hands it out: 64-bit numbers are text. */
export interface RawKeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly create_revision: string;
  readonly mod_revision: string;
  readonly version: string;
  readonly lease: string;
}

const NO_HEADER: RawHeader = { cluster_id: "0", member_id: "0", revision: "0", raft_term: "0" };

function parse(reply: RawReply): WatchReply {
  const header = reply.header ?? NO_HEADER;
  return {
    watchId: Number(reply.watch_id),
    header,
    revision: BigInt(header.revision),
    isCreated: reply.created,
    isCanceled: reply.canceled,
    cancelReason: reply.cancel_reason,
    compactRevision: BigInt(reply.compact_revision),
    events: reply.events.map(({ type, kv, prev_kv }) => ({
      type: type === "Delete" ? "delete" : "put",
      kv: keyValueOf(kv),
      previous: prev_kv === null ? undefined : keyValueOf(prev_kv),
    })),
  };
}

export function keyValueOf(raw: RawKeyValue): KeyValue {
  return {
    key: raw.key,
    value: raw.value,
    createRevision: BigInt(raw.create_revision),
    modRevision: BigInt(raw.mod_revision),
    version: BigInt(raw.version),
    leaseId: raw.lease,
  };
}
