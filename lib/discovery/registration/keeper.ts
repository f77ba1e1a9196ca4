import { setMaxListeners } from "node:events";
import { EndpointProblem, type KeyValue, type WatchEvent } from "../../client";
import { UsageError } from "../../errors";
import type { World } from "../world";
import { Backoff } from "./backoff";
import { hintsOf } from "./hints";
import { insist } from "./insist";
import { lastingBuffer } from "./lasting-buffer";
import { Nap } from "./nap";
import type { Plan, Wanted } from "./plan";
import { Requests, type Lease, type Trace } from "./requests";
import { revokeLease } from "./revoke";
import { checkSlots, writeSlots } from "./slots";

/** What happens to an entry. */
export interface KeeperListener<M> {
  /** A majority has just said that it stands there. */
  confirmed(): void;
  written(standing: KeyValue, wanted: Wanted<M>): void;
  /** It is gone, or has to be taken for gone; it is being put back. */
  lost(reason: string): void;
  /** Another process has taken the name over; the keeper has ended. */
  replaced(reason: string): void;
  /** Nothing is left to do: it is withdrawn, or replaced and its lease revoked. */
  ended(): void;
  /** An attempt failed; the next one follows. */
  failed(problem: EndpointProblem | UsageError): void;
}

/**
 * Keeps one entry in etcd, from `start` to `stop`: one thing after the other, so that nothing of its own ever competes with it. What a
 * silent member may still do later is fenced: an entry is only written over the very revision that was seen, and with a lease that is
 * never granted again.
 */
export class Keeper<M> {
  private readonly key: Buffer;
  private readonly requests: Requests;
  private readonly stopping = new AbortController();
  private readonly nap = new Nap();
  private readonly backoff = new Backoff();
  /** Between writes over what another process has written: it may want the name as much, and write at once again. */
  private readonly retakes = new Backoff();
  private retakeAt = 0;
  private running: Promise<void> = Promise.resolve();
  private isReplaced = false;
  private endHints = (): void => undefined;

  private lease: Lease | undefined;
  /** The one before, until the entry hangs on its successor: a member that lags behind may have called it gone too early. */
  private formerLease: Lease | undefined;
  /** When the last request was sent that gave the lease its full time, by `performance.now()`. */
  private renewedAt = 0;
  private checkAt = 0;
  /** Somebody has meddled with the key since the last look. */
  private isTouched = false;
  private lapse: NodeJS.Timeout | undefined;
  private lapseAt = Infinity;
  private lastProblem: EndpointProblem | UsageError | undefined;

  /** Revision of the key that the next write takes the place of. */
  private expectedRevision = 0n;
  /** What was written last, as long as it is known to stand there. */
  private standing: Wanted<M> | undefined;
  private hasBeenListed = false;
  private wantedNow: Wanted<M>;

  constructor(
    private readonly world: World,
    private readonly plan: Plan<M>,
    private readonly listener: KeeperListener<M>,
  ) {
    const { callTimeoutMs } = world.timing;
    // While a member is silent several rounds are under way, more than Node takes for a leak.
    setMaxListeners(0, this.stopping.signal);
    this.key = lastingBuffer(plan.key);
    this.wantedNow = plan.wanted;
    this.requests = new Requests(world, {
      // So that a second round still fits into the life of the lease.
      callTimeoutMs: Math.min(callTimeoutMs, Math.round((plan.ttlSeconds * 1000) / 3)),
      signal: this.stopping.signal,
    });
  }

  get wanted(): Wanted<M> {
    return this.wantedNow;
  }

  /** Whether the lease may have expired, as far as this process can know. */
  get hasLapsed(): boolean {
    return performance.now() >= this.lapseAt;
  }

  start(): void {
    this.endHints = hintsOf(this.world, this.key, (event) => this.touched(event));
    this.running = this.run();
  }

  want(wanted: Wanted<M>): void {
    this.wantedNow = wanted;
    this.nap.wake();
  }

  /** @returns whether it is certain that the entry is gone */
  async stop(): Promise<boolean> {
    this.endHints();
    this.stopping.abort();
    this.nap.wake();
    await this.running;
    clearTimeout(this.lapse);
    return this.revokeAll();
  }

  /** What somebody has done to the key is looked into at once. */
  private touched({ type, kv }: WatchEvent): void {
    if (this.standing === undefined || (type === "put" && !this.isAnothers(kv))) return;
    this.isTouched = true;
    this.nap.wake();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted && !this.isReplaced) await this.nap.take(await this.turn(signal));
    if (this.isReplaced) await this.revokeAll();
  }

  /** @returns for how long nothing needs to be done, in milliseconds */
  private async turn(signal: AbortSignal): Promise<number> {
    try {
      const { lease } = this;
      if (lease !== undefined && (this.isTouched || performance.now() >= this.checkAt))
        await checkSlots.take(this.world, signal, () => this.check(lease));
      if (this.isDue) await writeSlots.take(this.world, signal, () => this.write());
      this.backoff.reset();
      return (this.isWritten ? this.checkAt : this.retakeAt) - performance.now();
    } catch (error) {
      this.failed(error);
      return signal.aborted ? 0 : this.backoff.nextMs();
    }
  }

  private get isWritten(): boolean {
    return this.isReplaced || this.standing === this.wantedNow;
  }

  private get isDue(): boolean {
    return !this.isWritten && performance.now() >= this.retakeAt;
  }

  private failed(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    if (!(error instanceof EndpointProblem || error instanceof UsageError)) throw error;
    this.lastProblem = error;
    this.listener.failed(error);
  }

  /** Renews the lease, and sees whether the entry still hangs on it. */
  private async check(lease: Lease): Promise<void> {
    this.isTouched = false;
    const { members, timing } = this.world;
    // When all have been asked, and each has had its time.
    const everyMs = members.all.length * timing.hedgeAfterMs;
    const { sentAt, isAlive, seen } = await insist(() => this.renewAndLook(lease), {
      everyMs,
      missed: (error) => this.failed(error),
    });
    if (isAlive) this.renewed(lease, sentAt);
    else {
      this.formerLease = lease;
      this.leaseLost();
    }
    const before = this.expectedRevision;
    this.expectedRevision = seen?.modRevision ?? 0n;
    if (seen !== undefined && this.isAnothers(seen)) this.taken(seen);
    else if (seen === undefined && isAlive) this.lose("its key had been deleted");
    // Somebody has written another value, with our lease.
    else if (this.expectedRevision !== before) this.standing = undefined;
    if (isAlive && this.standing !== undefined) {
      this.retakes.reset();
      this.confirm();
    }
  }

  private async renewAndLook(
    lease: Lease,
  ): Promise<{ readonly sentAt: number; readonly isAlive: boolean; readonly seen: Trace | undefined }> {
    const sentAt = performance.now();
    const [isAlive, seen] = await Promise.all([this.requests.keepAlive(lease), this.requests.look(this.key)]);
    return { sentAt, isAlive, seen };
  }

  private async write(): Promise<void> {
    const wanted = this.wantedNow;
    const lease = this.lease ?? (await this.grant());
    for (;;) {
      const found = await this.tryToWrite(wanted, lease);
      if (found?.leaseId === lease.id && found.value.equals(wanted.value)) {
        this.nowStands(found, wanted);
        return;
      }
      if (found !== undefined && this.isAnothers(found)) {
        this.taken(found);
        if (!this.isDue) return;
      }
      this.expectedRevision = found?.modRevision ?? 0n;
    }
  }

  private async grant(): Promise<Lease> {
    const sentAt = performance.now();
    const lease = await this.requests.grant(this.plan.ttlSeconds);
    this.lease = lease;
    this.renewed(lease, sentAt);
    return lease;
  }

  private async tryToWrite({ value, version }: Wanted<M>, lease: Lease): Promise<KeyValue | undefined> {
    const { key, expectedRevision } = this;
    try {
      return await this.requests.write({ key, value, leaseId: lease.id, expectedRevision });
    } catch (error) {
      if (!(error instanceof EndpointProblem)) throw error;
      if (error.kind === "lease-not-found") this.leaseLost();
      // It never will be written, and what stands there is still right.
      if (error.kind === "too-large" && this.standing !== undefined && this.wantedNow.version === version)
        this.wantedNow = this.standing;
      throw error;
    }
  }

  private nowStands(found: KeyValue, wanted: Wanted<M>): void {
    this.formerLease = undefined;
    this.expectedRevision = found.modRevision;
    this.standing = wanted;
    this.hasBeenListed = true;
    this.listener.written(found, wanted);
    this.confirm();
  }

  private renewed({ ttlMs }: Lease, sentAt: number): void {
    this.renewedAt = sentAt;
    // Not all of a process at the same moment.
    this.checkAt = sentAt + (ttlMs / 3) * (0.75 + Math.random() / 4);
  }

  /** It stands there, for as long as the lease was renewed for. */
  private confirm(): void {
    const ttlMs = this.lease?.ttlMs ?? 0;
    this.lapseAt = this.renewedAt + ttlMs;
    clearTimeout(this.lapse);
    if (this.stopping.signal.aborted) return;
    const lapsed = (): void =>
      this.listener.lost(`nothing has confirmed it for ${ttlMs / 1000} s: ${this.whyNot()}`);
    this.lapse = setTimeout(lapsed, this.lapseAt - performance.now());
    if (this.hasLapsed) return;
    this.lastProblem = undefined;
    this.listener.confirmed();
  }

  private whyNot(): string {
    return this.lastProblem?.message ?? "this process did not run, or was too busy to ask";
  }

  private leaseLost(): void {
    this.lease = undefined;
    this.lose("its lease was gone: it had expired or was revoked");
  }

  private lose(reason: string): void {
    this.standing = undefined;
    clearTimeout(this.lapse);
    this.listener.lost(reason);
  }

  private taken({ modRevision }: Trace): void {
    this.expectedRevision = modRevision;
    if (this.plan.onReplaced === "retake") {
      this.retakeAt = performance.now() + this.retakes.nextMs();
      this.lose("another process had registered under the same name");
      return;
    }
    this.isReplaced = true;
    this.endHints();
    this.standing = undefined;
    clearTimeout(this.lapse);
    this.listener.replaced("another process has registered under the same name");
    this.nap.wake();
  }

  /** What stood there before the first write is an entry of the past, which is taken over. */
  private isAnothers({ leaseId }: Trace): boolean {
    return this.hasBeenListed && leaseId !== this.lease?.id && leaseId !== this.formerLease?.id;
  }

  private async revokeAll(): Promise<boolean> {
    const leases = [this.lease, this.formerLease].filter((lease) => lease !== undefined);
    this.lease = this.formerLease = undefined;
    const revoked = await Promise.all(leases.map(({ id }) => revokeLease(this.world, id)));
    this.listener.ended();
    return revoked.every(Boolean);
  }
}
