import { EventEmitter } from "node:events";
import type { EndpointProblem } from "../../client";
import { classify, untilAborted, withDeadline, type KeyValue } from "../../client";
import { ExternalError, UsageError } from "../../errors";
import type { Metadata, ServiceInstance } from "../service-instance";
import { tell } from "../tell";
import type { World } from "../world";
import { cannotPass } from "../cannot-pass";
import { Keeper } from "./keeper";
import type { RegisterOptions, RegistrationEvents, RegistrationState, Withdrawal } from "./options";
import { planOf, wantedOf, type Plan, type Wanted } from "./plan";
import { Waiters } from "./waiters";
import { withdrawOnSignals } from "./withdraw-on-signal";

/**
 * One running copy of a service, listed in etcd from `start` until `close`: its lease is kept alive, and whatever takes the entry away
 * (a lost lease, a deleted key, members that die, freeze or are cut off, a quorum that is gone for long), it is put back as soon as a
 * majority can be asked again.
 *
 * As long as it is not closed it keeps the process alive. A process that dies without closing it stays listed until the lease ends.
 */
export class Registration<M extends object = Metadata> extends EventEmitter<RegistrationEvents<M>> {
  readonly service: string;
  readonly instance: string;
  /** The key in etcd. */
  readonly key: string;
  private readonly keeper: Keeper<M>;
  private readonly waiters = new Waiters<ServiceInstance<M>>();
  private readonly stopListening: () => void;
  private stateNow: RegistrationState = "registering";
  private standing: ServiceInstance<M> | undefined;
  private latestVersion = 0;
  private writtenVersion = 0;
  private lastProblem: EndpointProblem | UsageError | undefined;
  private closing: Promise<Withdrawal> | undefined;

  private constructor(
    private readonly world: World,
    plan: Plan<M>,
    ended: () => void,
  ) {
    super();
    ({ service: this.service, instance: this.instance, key: this.key } = plan);
    this.keeper = new Keeper(world, plan, {
      confirmed: () => this.confirmed(),
      written: (standing, wanted) => this.written(standing, wanted),
      lost: (reason) => {
        if (this.stateNow === "registered") this.enter("recovering", reason);
      },
      replaced: (reason) => this.replaced(reason),
      ended,
      failed: (problem) => this.failed(problem),
    });
    this.stopListening = withdrawOnSignals(plan.withdrawOn, {
      withdraw: () => this.withdraw(),
      dismiss: () => this.dismiss(),
    });
  }

  /**
   * Begins at once and does not wait; `ready()` does.
   *
   * @param ended is called when nothing is left to do: it is withdrawn, or replaced and its lease revoked
   * @throws UsageError naming all mistakes in the options
   */
  static start<M extends object = Metadata>(
    world: World,
    options: RegisterOptions<M>,
    ended: () => void = () => undefined,
  ): Registration<M> {
    const registration = new Registration<M>(world, planOf(world.layout, options), ended);
    registration.keeper.start();
    return registration;
  }

  get state(): RegistrationState {
    // After a standstill of the process this may be asked before the timer's turn has come.
    return this.stateNow === "registered" && this.keeper.hasLapsed ? "recovering" : this.stateNow;
  }

  /** As it was last written; `undefined` before the first time, and once it is replaced or withdrawn. */
  get current(): ServiceInstance<M> | undefined {
    return this.standing;
  }

  /**
   * Waits until it is listed.
   *
   * The attempts go on when this fails, until `close()`.
   *
   * @param options.timeoutMs longest time to wait, in milliseconds. @default - as long as it takes
   * @throws EndpointProblem if somebody has to do something about it: user, permissions, certificates
   * @throws UsageError if the certificates given cannot be used
   * @throws ExternalError after `timeoutMs`, with the last problem; once it is replaced or closed
   * @throws the signal's reason
   */
  async ready(
    options: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined } = {},
  ): Promise<ServiceInstance<M>> {
    const { signal, timeoutMs } = options;
    signal?.throwIfAborted();
    this.demandOpen();
    if (this.state === "registered" && this.standing !== undefined) return this.standing;
    const waiter = this.waiters.add(() => true);
    try {
      const waiting = untilAborted(waiter.promise, signal);
      return await (timeoutMs === undefined
        ? waiting
        : withDeadline(waiting, timeoutMs, () => this.tooLate(timeoutMs)));
    } finally {
      waiter.leave();
    }
  }

  /**
   * Writes a new endpoint, new metadata (all of it) or both. Of several that are under way the last one stands in the end; the others are
   * done when it is. When this fails for want of permission, the entry is written all the same as soon as that is possible.
   *
   * @throws UsageError for what cannot be written
   * @throws EndpointProblem if somebody has to do something about it; an entry that is too large is given up, and the one before stays
   * @throws ExternalError once it is replaced or closed
   */
  async update(change: {
    readonly endpoint?: string | undefined;
    readonly metadata?: M | undefined;
  }): Promise<ServiceInstance<M>> {
    this.demandOpen();
    const { endpoint = this.keeper.wanted.endpoint, metadata = this.keeper.wanted.metadata } = change;
    const version = this.latestVersion + 1;
    const wanted = wantedOf(this.world.layout, this, { endpoint, metadata }, version);
    this.latestVersion = version;
    const waiter = this.waiters.add((written) => written >= version);
    this.keeper.want(wanted);
    return waiter.promise;
  }

  /**
   * Withdraws the entry at once, and for good. Takes two calls' time at most; if no member has confirmed it by then, the entry goes when
   * its lease ends.
   */
  async close(): Promise<Withdrawal> {
    const withdrawal = await this.withdraw();
    this.dismiss();
    return withdrawal;
  }

  private withdraw(): Promise<Withdrawal> {
    this.closing ??= this.withdrawOnce();
    return this.closing;
  }

  private async withdrawOnce(): Promise<Withdrawal> {
    this.stopListening();
    const isConfirmed = await this.keeper.stop();
    this.standing = undefined;
    this.enter(
      "withdrawn",
      isConfirmed ? undefined : "no member has confirmed it: the entry goes when its lease ends",
    );
    return { isConfirmed };
  }

  private dismiss(): void {
    this.waiters.rejectAll(this.over());
  }

  private confirmed(): void {
    this.enter("registered", undefined);
    if (this.standing !== undefined) this.waiters.resolve(this.writtenVersion, this.standing);
  }

  private written(standing: KeyValue, { endpoint, metadata, version }: Wanted<M>): void {
    const { service, instance, key } = this;
    const { createRevision, modRevision, leaseId } = standing;
    const written = { service, instance, key, endpoint, metadata, createRevision, modRevision, leaseId };
    this.standing = written;
    this.writtenVersion = version;
    tell(() => this.emit("written", written));
  }

  private replaced(reason: string): void {
    this.stopListening();
    this.standing = undefined;
    this.enter("replaced", reason);
    this.waiters.rejectAll(this.over());
  }

  private failed(problem: EndpointProblem | UsageError): void {
    this.lastProblem = problem;
    if (problem instanceof UsageError || cannotPass(problem)) this.waiters.rejectAll(problem);
    const { callTimeoutMs } = this.world.timing;
    tell(() => this.emit("problem", classify(problem, { callTimeoutMs, needsQuorum: true })));
  }

  private enter(state: RegistrationState, reason: string | undefined): void {
    const previous = this.stateNow;
    if (previous === state) return;
    this.stateNow = state;
    tell(() => this.emit("state", { state, previous, reason }));
  }

  private demandOpen(): void {
    if (this.closing !== undefined || this.stateNow === "replaced") throw this.over();
  }

  private over(): ExternalError {
    return this.stateNow === "replaced"
      ? new ExternalError(`another process has registered ${this.key}`, {
          remedy: "Register under another instance name, or with onReplaced: retake.",
        })
      : new ExternalError(`the registration of ${this.key} is closed`, { remedy: "Register anew." });
  }

  private tooLate(timeoutMs: number): ExternalError {
    const { lastProblem } = this;
    const why = lastProblem === undefined ? "" : `: ${lastProblem.message}`;
    return new ExternalError(`${this.key} is not registered after ${timeoutMs} ms${why}`, {
      ...(lastProblem?.remedy === undefined ? {} : { remedy: lastProblem.remedy }),
      cause: lastProblem,
    });
  }
}
