import { withDeadline } from "../../client";

/**
 * The part of etcd3's watch client that is needed here. Its higher level, `client.watch().create()`, reconnects for
 * ever and settles never against a frozen member (https://github.com/microsoft/etcd3/issues/130), so it is not used.
 */
export interface WatchSource {
  watch(): Promise<WatchDuplex>;
}

interface WatchReply {
  readonly created: boolean;
  readonly canceled: boolean;
  readonly cancel_reason: string;
  /** Above 0 if what should be watched from is compacted. */
  readonly compact_revision: string;
  readonly events: readonly unknown[];
}

interface WatchDuplex {
  write(request: { create_request: { key: Buffer } }): void;
  cancel(): void;
  on(event: "data", listener: (reply: WatchReply) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
}

/**
 * A member takes the newest revision as the start of a watch, and may compact beyond that before the watch is there: `Watch` in
 * https://github.com/etcd-io/etcd/blob/v3.5.16/server/etcdserver/api/v3rpc/watch.go. Trying again is all there is to do.
 */
export class CompactedMeanwhile extends Error {
  constructor() {
    super("the watch was canceled: its start was compacted meanwhile");
  }
}

/** A watch on one key, from the request on. */
export class WatchStream {
  private readonly confirmed = new Milestone();
  private readonly seen = new Milestone();

  private constructor(
    private readonly stream: WatchDuplex,
    private readonly timeoutMs: number,
  ) {}

  static async open(source: WatchSource, key: string, timeoutMs: number): Promise<WatchStream> {
    const stream = await source.watch();
    const watch = new WatchStream(stream, timeoutMs);
    stream.on("data", (reply) => watch.receive(reply));
    // Also after cancel(): gRPC then reports CANCELLED, and an error event without a listener ends the process.
    stream.on("error", (error) => watch.fail(error));
    stream.on("end", () => watch.fail(new Error("the watch stream ended")));
    stream.write({ create_request: { key: Buffer.from(key) } });
    return watch;
  }

  /** Settles when the member has confirmed the watch: whatever is written from then on will be seen. */
  async created(): Promise<void> {
    await this.within(this.confirmed);
  }

  /** Settles with the first event. */
  async event(): Promise<void> {
    await this.within(this.seen);
  }

  /** Ends the stream at once, whatever state it is in. */
  cancel(): void {
    this.stream.cancel();
  }

  private receive(reply: WatchReply): void {
    if (reply.canceled && reply.compact_revision !== "0") {
      this.fail(new CompactedMeanwhile());
    } else if (reply.canceled) {
      this.fail(new Error(`the watch was canceled: ${reply.cancel_reason}`));
    } else if (reply.created) {
      this.confirmed.reach();
    } else if (reply.events.length > 0) {
      this.seen.reach();
    }
  }

  private fail(error: Error): void {
    this.confirmed.miss(error);
    this.seen.miss(error);
  }

  private within(milestone: Milestone): Promise<void> {
    return withDeadline(
      milestone.promise,
      this.timeoutMs,
      () => new Error(`Deadline exceeded: nothing on the watch stream for ${this.timeoutMs} ms`),
    );
  }
}

/** A promise that is settled from outside, and whose failure nobody has to wait for. */
class Milestone {
  reach!: () => void;
  miss!: (error: Error) => void;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.reach = resolve;
    this.miss = reject;
  });

  constructor() {
    this.promise.catch(() => undefined);
  }
}
