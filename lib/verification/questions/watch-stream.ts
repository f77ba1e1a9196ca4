import type { Etcd3 } from "etcd3";
import { RawWatch, withDeadline, type WatchReply } from "../../client";

/**
 * A member takes the newest revision as the start of a watch, and may compact beyond that before the watch is there: `Watch` in
 * https://github.com/etcd-io/etcd/blob/v3.5.16/server/etcdserver/api/v3rpc/watch.go. Trying again is all there is to do.
 */
export class CompactedMeanwhile extends Error {
  constructor() {
    super("the watch was canceled: its start was compacted meanwhile");
  }
}

/** The only one on its stream. */
const WATCH_ID = 1;

/** A watch on one key, from the request on. */
export class WatchStream {
  private readonly confirmed = new Milestone();
  private readonly seen = new Milestone();
  private stream: RawWatch | undefined;

  private constructor(private readonly timeoutMs: number) {}

  static async open(etcd: Etcd3, key: string, timeoutMs: number): Promise<WatchStream> {
    const watch = new WatchStream(timeoutMs);
    const listener = {
      reply: (reply: WatchReply) => watch.receive(reply),
      ended: (problem: Error = new Error("the watch stream ended")) => watch.fail(problem),
    };
    // Whether there is a leader is another check's question.
    watch.stream = await RawWatch.open(etcd, listener, { requiresLeader: false });
    watch.stream.create({ key: Buffer.from(key), watchId: WATCH_ID });
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
    this.stream?.close();
  }

  private receive({ isCanceled, isCreated, compactRevision, cancelReason, events }: WatchReply): void {
    if (isCanceled && compactRevision > 0n) {
      this.fail(new CompactedMeanwhile());
    } else if (isCanceled) {
      this.fail(new Error(`the watch was canceled: ${cancelReason}`));
    } else if (isCreated) {
      this.confirmed.reach();
    } else if (events.length > 0) {
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
