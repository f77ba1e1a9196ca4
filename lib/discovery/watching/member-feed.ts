import {
  classify,
  withDeadline,
  type EndpointProblem,
  type Member,
  type RawWatch,
  type WatchEvent,
  type WatchReply,
} from "../../client";
import type { Subscription } from "./following";

/** Is told what a feed says, once it is live. */
export interface FeedListener {
  happened(subscription: Subscription, events: readonly WatchEvent[]): void;
  /** A watch is over: `compacted`, or whatever the member has against it. */
  canceled(subscription: Subscription, problem: EndpointProblem): void;
  /** It may have come further. */
  advanced(): void;
  /** Nothing comes any more. */
  ended(): void;
}

interface Watch {
  readonly watchId: number;
  readonly subscription: Subscription;
  isCreated: boolean;
}

/**
 * One stream of one member, with a watch for every subscription on it. It keeps to itself what it is told until it goes live: only one
 * of a hub's feeds ever speaks.
 */
export class MemberFeed {
  private stream: RawWatch | undefined;
  private readonly byId = new Map<number, Watch>();
  private readonly bySubscription = new Map<Subscription, Watch>();
  /** Answered in the order of asking; a refusal does not say of which one it is (`InvalidWatchID` in etcd's server/etcdserver/api/v3rpc/watch.go). */
  private readonly unanswered: Watch[] = [];
  private readonly refused: { readonly subscription: Subscription; readonly problem: EndpointProblem }[] = [];
  /** `undefined` once it is live. */
  private held: WatchReply[] | undefined = [];
  private lastWatchId = 0;
  private lastCreatedAt = -Infinity;
  private progress = 0n;
  private heardAt = performance.now();
  private end: { readonly problem: EndpointProblem | undefined } | undefined;
  /** Called when an answer or the end may be what somebody waits for. */
  private settled: () => void = () => undefined;

  private constructor(
    readonly member: Member,
    private readonly callTimeoutMs: number,
    private readonly listener: FeedListener,
  ) {}

  /** @throws EndpointProblem */
  static async open(member: Member, callTimeoutMs: number, listener: FeedListener): Promise<MemberFeed> {
    const feed = new MemberFeed(member, callTimeoutMs, listener);
    const opening = member.watch({
      reply: (reply) => feed.reply(reply),
      ended: (problem) => feed.over(problem),
    });
    const opened = opening.then((stream) => {
      feed.stream = stream;
      if (feed.isOver) stream.close();
    });
    try {
      await withDeadline(opened, callTimeoutMs, () => tooLate(callTimeoutMs));
    } catch (error) {
      feed.close();
      throw error;
    }
    return feed;
  }

  get isOver(): boolean {
    return this.end !== undefined;
  }

  /** Why it ended by itself. */
  get problem(): EndpointProblem | undefined {
    return this.end?.problem;
  }

  /** When it last said anything, by `performance.now()`. */
  get lastHeardAt(): number {
    return this.heardAt;
  }

  /** When it was last asked for a watch, by `performance.now()`. */
  get createdAt(): number {
    return this.lastCreatedAt;
  }

  get subscriptions(): readonly Subscription[] {
    return [...this.bySubscription.keys()];
  }

  includes(subscription: Subscription): boolean {
    return this.bySubscription.has(subscription);
  }

  /** Whether the member watches for it. */
  carries(subscription: Subscription): boolean {
    return this.bySubscription.get(subscription)?.isCreated === true;
  }

  /** Whether everything up to a revision was told. */
  hasReached(revision: bigint): boolean {
    if (this.progress >= revision) return true;
    for (const { lastRevision } of this.bySubscription.keys()) if (lastRevision < revision) return false;
    return true;
  }

  /** Ids are never used again, so that no late reply is taken for one of another watch. */
  create(subscription: Subscription, startRevision: bigint): void {
    this.cancel(subscription);
    const watchId = (this.lastWatchId += 1);
    const watch: Watch = { watchId, subscription, isCreated: false };
    this.byId.set(watchId, watch);
    this.bySubscription.set(subscription, watch);
    this.unanswered.push(watch);
    this.lastCreatedAt = performance.now();
    this.stream?.create({ ...subscription.range, watchId, startRevision });
  }

  cancel(subscription: Subscription): void {
    const watch = this.bySubscription.get(subscription);
    if (watch === undefined) return;
    this.remove(watch);
    this.stream?.cancel(watch.watchId);
  }

  /**
   * Settles when the member has answered for every watch. Those that the user may not have are told about later, as canceled.
   *
   * @throws EndpointProblem if it does not, or refuses one for any other reason
   */
  async created(): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.settled = () => {
        if (this.isOver || this.unanswered.length === 0) resolve();
      };
      this.settled();
    });
    await withDeadline(answered, this.callTimeoutMs, () => tooLate(this.callTimeoutMs));
    const problem =
      this.problem ?? this.refused.find((each) => each.problem.kind !== "permission-denied")?.problem;
    if (problem !== undefined) throw problem;
    if (this.isOver) throw tooLate(this.callTimeoutMs);
  }

  /** From now on its listener is told everything, beginning with what came so far. */
  goLive(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const { subscription, problem } of this.refused) this.listener.canceled(subscription, problem);
    for (const reply of held) this.tell(reply);
    if (this.isOver) this.listener.ended();
  }

  requestProgress(): void {
    this.stream?.requestProgress();
  }

  close(): void {
    this.stream?.close();
    this.over(undefined);
  }

  private reply(reply: WatchReply): void {
    this.heardAt = performance.now();
    if (reply.isCreated) this.answer(reply);
    else if (this.held === undefined) this.tell(reply);
    else this.held.push(reply);
  }

  private answer({ isCanceled, cancelReason }: WatchReply): void {
    const watch = this.unanswered.shift();
    if (watch === undefined) return;
    if (!isCanceled) watch.isCreated = true;
    else if (this.byId.has(watch.watchId)) {
      this.remove(watch);
      const problem = problemOf(cancelReason);
      if (this.held === undefined) this.listener.canceled(watch.subscription, problem);
      else this.refused.push({ subscription: watch.subscription, problem });
    }
    this.settled();
    if (this.held === undefined) this.listener.advanced();
  }

  private tell({ watchId, revision, events, isCanceled, cancelReason, compactRevision }: WatchReply): void {
    const watch = this.byId.get(watchId);
    if (watch !== undefined && events.length > 0) this.listener.happened(watch.subscription, events);
    if (watch !== undefined && isCanceled) {
      this.remove(watch);
      const reason =
        compactRevision > 0n ? "etcdserver: mvcc: required revision has been compacted" : cancelReason;
      this.listener.canceled(watch.subscription, problemOf(reason));
    }
    if (watchId === -1 && !isCanceled && revision > this.progress) this.progress = revision;
    this.listener.advanced();
  }

  private remove(watch: Watch): void {
    this.byId.delete(watch.watchId);
    if (this.bySubscription.get(watch.subscription) === watch) this.bySubscription.delete(watch.subscription);
  }

  private over(problem: EndpointProblem | undefined): void {
    if (this.isOver) return;
    this.end = { problem };
    this.settled();
    if (this.held === undefined) this.listener.ended();
  }
}

function problemOf(reason: string): EndpointProblem {
  const detail = reason === "" ? "the member canceled the watch and did not say why" : reason;
  return classify(new Error(detail), { callTimeoutMs: 0, needsQuorum: false });
}

function tooLate(callTimeoutMs: number): EndpointProblem {
  return classify(new Error("Deadline exceeded"), { callTimeoutMs, needsQuorum: false });
}
