import { setTimeout as sleep } from "node:timers/promises";
import { EndpointProblem, settle, type Answer } from "../../client";
import type { World } from "../world";
import { attach, type Attachment, type SubscriptionList } from "./attach";
import { Following, type Follower, type ScopeList, type Subscription } from "./following";
import { listScopes } from "./list-scopes";
import type { FeedListener, MemberFeed } from "./member-feed";
import type { Scope } from "./selection";
import { continues, later, readStanding, type Standing } from "./standing";

/** One point in time. */
interface Moment {
  /** `Date.now()` */
  readonly wall: number;
  /** `performance.now()` */
  readonly steady: number;
}

/** What the feed has to reach for everything that had happened at a moment to be known. */
interface Target {
  readonly revision: bigint;
  readonly at: Moment;
}

/** How often to ask again for what the user may not read: somebody may have granted it. */
const refusedForMs = 2000;

/**
 * For so long after a watch was created nobody asks how far it has come: etcd takes up to 100 ms until a watch that begins in the past
 * tells all of it (`syncWatchersLoop` in server/mvcc/watchable_store.go). Asked before, releases without #15220 answer too early
 * (https://github.com/etcd-io/etcd/issues/15220), and 3.5.8 to 3.5.12, 3.4.25 to 3.4.30 may not answer for ever
 * (https://github.com/etcd-io/etcd/issues/17507).
 */
const settleMs = 200;

/** Between rounds in which no member would do, and between one taking over and the next. An election takes a second or more (`--election-timeout`, 1000 ms by default). */
const pauses = { firstMs: 100, longestMs: 1000 };

/**
 * Lists and watches for all discoveries of a registry, on one stream of one member at a time. Every now and then it makes sure that this
 * member has a quorum behind it and the stream is alive, as one that is frozen or cut off says nothing. Another one takes over where the
 * last one left off, and until it is ready to the last one may go on.
 */
export class WatchHub {
  private readonly followings = new Set<Following>();
  private feed: MemberFeed | undefined;
  private standing: Standing | undefined;
  private target: Target | undefined;
  private checkedAt = -Infinity;
  private tookOverAt = -Infinity;
  private running: Promise<void> | undefined;
  private reviewing: NodeJS.Timeout | undefined;
  /** Of what is being done now. */
  private step = new AbortController();
  private wake: () => void = () => undefined;

  constructor(private readonly world: World) {}

  /**
   * How long ago the last confirmation may be before followers doubt what they know: time for two checks, the second of which takes as
   * long as a call may.
   */
  get staleAfterMs(): number {
    const { checkEveryMs, callTimeoutMs } = this.world.timing;
    return 2 * checkEveryMs + callTimeoutMs;
  }

  /** @returns ends it */
  follow(scopes: readonly Scope[], follower: Follower): () => void {
    const following = new Following(scopes, follower);
    this.followings.add(following);
    this.reviewing ??= setInterval(() => this.review(), this.world.timing.checkEveryMs);
    this.running ??= this.run();
    this.wake();
    return () => {
      this.followings.delete(following);
      for (const subscription of following.subscriptions) this.feed?.cancel(subscription);
      if (this.followings.size === 0) this.stop();
    };
  }

  /** Tells all followers that it is over. */
  async close(): Promise<void> {
    const followings = [...this.followings];
    this.followings.clear();
    for (const { follower } of followings) follower.ended();
    this.stop();
    await this.running;
  }

  private stop(): void {
    this.step.abort();
    this.wake();
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (this.followings.size > 0) {
      this.step = new AbortController();
      const { signal } = this.step;
      try {
        await this.next(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) continue;
        if (!(error instanceof EndpointProblem)) throw error;
        this.report(error);
        const ms = Math.min(pauses.longestMs, pauses.firstMs * 2 ** failures);
        failures += 1;
        // Not all at the same time.
        await this.rest(ms * (0.5 + Math.random() / 2));
      }
    }
    clearInterval(this.reviewing);
    this.reviewing = undefined;
    this.feed?.close();
    this.feed = undefined;
    this.running = undefined;
  }

  /** Whatever there is to do, one thing at a time. */
  private async next(signal: AbortSignal): Promise<void> {
    const { checkEveryMs } = this.world.timing;
    const subscriptions = this.permitted();
    if (subscriptions.length === 0) return this.rest(checkEveryMs);
    const { feed } = this;
    if (feed === undefined || feed.isOver) {
      if (feed?.problem !== undefined) this.report(feed.problem);
      this.feed = undefined;
      const restMs = this.tookOverAt + pauses.firstMs - performance.now();
      return restMs > 0 ? this.rest(restMs) : this.move(signal);
    }
    const missing = subscriptions.filter((each) => each.needsList || !feed.includes(each));
    if (missing.length > 0) return this.admit(feed, missing, signal);
    const dueInMs = this.checkedAt + checkEveryMs - performance.now();
    if (dueInMs > 0) return this.rest(dueInMs);
    this.checkedAt = performance.now();
    return this.check(feed, subscriptions[0]!, signal);
  }

  /** Has the first member that will do take over. */
  private async move(signal: AbortSignal): Promise<void> {
    const { members, timing } = this.world;
    // The same for all that are asked: meanwhile whoever may read something may have left.
    const subscriptions = this.permitted();
    if (subscriptions.length === 0) return;
    let isOver = false;
    try {
      await members.hedged(
        async (member) => {
          const at = now();
          const attachment = await attach(member, {
            subscriptions,
            before: this.standing,
            callTimeoutMs: timing.callTimeoutMs,
            listener: this.listener,
            refuse: this.refuse,
          });
          if (isOver || signal.aborted) {
            attachment.feed.close();
            return;
          }
          isOver = true;
          this.take(attachment, at);
        },
        { hedgeAfterMs: timing.hedgeAfterMs, signal },
      );
    } finally {
      isOver = true;
    }
  }

  private take({ feed, standing, lists }: Attachment, at: Moment): void {
    this.feed?.close();
    this.feed = feed;
    const isContinued = continues(standing, this.standing);
    this.standing = isContinued ? later(standing, this.standing) : standing;
    this.target = { revision: standing.revision, at };
    this.tookOverAt = performance.now();
    this.checkedAt = this.tookOverAt - this.world.timing.checkEveryMs + settleMs;
    // Also those that the user may not read at the moment: their revisions mean nothing any more.
    if (!isContinued)
      for (const { subscriptions } of this.followings)
        for (const subscription of subscriptions) subscription.needsList = true;
    for (const subscription of feed.subscriptions)
      if (!this.followings.has(subscription.following)) feed.cancel(subscription);
    this.handOver(lists, at);
    feed.goLive();
    this.advance();
  }

  /** Has the feed carry more: what is newly followed, or what a compaction has interrupted. */
  private async admit(
    feed: MemberFeed,
    missing: readonly Subscription[],
    signal: AbortSignal,
  ): Promise<void> {
    const { members, timing } = this.world;
    const at = now();
    const before = this.standing;
    const toList = missing.filter(({ needsList }) => needsList);
    const prefixes = toList.map(({ prefix }) => prefix);
    const { value: listing } = await members.hedged((member) => listScopes(member, prefixes), {
      hedgeAfterMs: timing.hedgeAfterMs,
      signal,
    });
    const { standing, contents } = listing;
    // Whoever takes over lists everything.
    if (standing !== undefined && !continues(standing, before)) {
      feed.close();
      return;
    }
    const lists: SubscriptionList[] = [];
    toList.forEach((subscription, index) => {
      const content = contents[index]!;
      if (!content.ok) this.refuse(subscription, content.problem);
      else if (standing !== undefined)
        lists.push({ subscription, kvs: content.value, revision: standing.revision });
    });
    this.handOver(lists, at);
    for (const subscription of missing)
      if (!subscription.needsList && this.followings.has(subscription.following))
        feed.create(subscription, subscription.lastRevision + 1n);
  }

  /** Makes sure that the feed's member has a quorum and the feed is alive; has another one take over if not. */
  private async check(feed: MemberFeed, { prefix }: Subscription, signal: AbortSignal): Promise<void> {
    const { hedgeAfterMs, checkEveryMs } = this.world.timing;
    const at = now();
    const before = this.standing;
    const reading = settle(readStanding(feed.member, prefix));
    const answer =
      (await within(reading, hedgeAfterMs)) ?? (await this.moveUnlessAnswered(feed, reading, signal));
    if (signal.aborted || feed.isOver || answer === undefined) return;
    if (!answer.ok) {
      this.report(answer.problem);
      return this.move(signal);
    }
    if (!continues(answer.value, before)) {
      feed.close();
      return;
    }
    this.standing = later(answer.value, this.standing);
    if (this.target !== undefined) {
      const waitedMs = at.steady - this.target.at.steady;
      const isSilent = feed.lastHeardAt < this.target.at.steady;
      // Silence may be that of a member which has much to send; it is asked at every check.
      if (waitedMs > (isSilent ? 2 * checkEveryMs : this.staleAfterMs)) {
        feed.member.suspect();
        return this.move(signal);
      }
    }
    this.target ??= { revision: answer.value.revision, at };
    // Only now: asked earlier, it would not reach that revision while others go on writing.
    if (this.isSettled(feed)) feed.requestProgress();
    this.advance();
  }

  /** Or is not left in peace: an application may go on finding more and more services. */
  private isSettled({ createdAt }: MemberFeed): boolean {
    const now = performance.now();
    const waitedMs = now - (this.target?.at.steady ?? now);
    return now - createdAt >= settleMs || waitedMs >= this.world.timing.checkEveryMs;
  }

  /** @returns the answer, if it came first */
  private async moveUnlessAnswered(
    { member }: MemberFeed,
    reading: Promise<Answer<Standing>>,
    signal: AbortSignal,
  ): Promise<Answer<Standing> | undefined> {
    signal.throwIfAborted();
    member.suspect();
    const staying = new AbortController();
    const stay = (): void => staying.abort();
    signal.addEventListener("abort", stay, { once: true });
    void reading.then(({ ok }) => {
      if (ok) stay();
    });
    try {
      await this.move(staying.signal);
      return undefined;
    } catch (error) {
      if (!staying.signal.aborted) throw error;
      return signal.aborted ? undefined : await reading;
    } finally {
      signal.removeEventListener("abort", stay);
    }
  }

  private readonly listener: FeedListener = {
    happened: (subscription, events) => {
      // A list is to come, and what happens after that comes again.
      if (subscription.needsList) return;
      // What a feed told before another one took over, or the list shows, comes again.
      const fresh = events.filter(({ kv }) => kv.modRevision > subscription.lastRevision);
      const last = fresh.at(-1);
      if (last === undefined) return;
      subscription.lastRevision = last.kv.modRevision;
      subscription.following.follower.happened(subscription.scope, fresh);
    },
    canceled: (subscription, problem) => {
      if (problem.kind === "permission-denied") {
        this.refuse(subscription, problem);
        return;
      }
      if (problem.kind === "compacted") subscription.needsList = true;
      else {
        this.report(problem);
        // Another stream carries another token.
        this.feed?.close();
      }
      this.wake();
    },
    advanced: () => this.advance(),
    ended: () => this.wake(),
  };

  private readonly refuse = (subscription: Subscription, problem: EndpointProblem): void => {
    subscription.refusedUntil = performance.now() + refusedForMs;
    this.feed?.cancel(subscription);
    if (this.followings.has(subscription.following)) subscription.following.follower.troubled(problem);
  };

  private handOver(lists: readonly SubscriptionList[], at: Moment): void {
    for (const following of this.followings) {
      const scopes: ScopeList[] = [];
      let listed = 0n;
      for (const { subscription, kvs, revision } of lists) {
        if (subscription.following !== following) continue;
        subscription.lastRevision = listed = revision;
        subscription.needsList = false;
        scopes.push({ scope: subscription.scope, kvs });
      }
      if (scopes.length === 0) continue;
      following.follower.listed(scopes, listed);
      if (following.subscriptions.every(({ needsList }) => !needsList)) this.confirm(following, at);
    }
  }

  /** Confirms what has been reached. */
  private advance(): void {
    const { feed, target } = this;
    if (feed === undefined || target === undefined || !feed.hasReached(target.revision)) return;
    this.target = undefined;
    for (const following of this.followings)
      if (following.subscriptions.every((each) => !each.needsList && feed.carries(each)))
        this.confirm(following, target.at);
  }

  private confirm(following: Following, { wall, steady }: Moment): void {
    if (performance.now() - steady > this.staleAfterMs || steady <= following.confirmedAt) return;
    following.confirmedAt = steady;
    following.follower.confirmed(wall, steady + this.staleAfterMs);
  }

  private review(): void {
    for (const { confirmedAt, follower } of this.followings)
      if (performance.now() - confirmedAt > this.staleAfterMs) follower.doubted();
  }

  private report(problem: EndpointProblem): void {
    // Of what one may not read its followers alone were told.
    if (problem.kind === "permission-denied") return;
    for (const { follower } of this.followings) follower.troubled(problem);
  }

  private permitted(): Subscription[] {
    return Array.from(this.followings, ({ subscriptions }) => subscriptions)
      .flat()
      .filter(({ refusedUntil }) => refusedUntil <= performance.now());
  }

  private async rest(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }
}

const now = (): Moment => ({ wall: Date.now(), steady: performance.now() });

/** `undefined` if it takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([promise, sleep(ms, undefined, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
