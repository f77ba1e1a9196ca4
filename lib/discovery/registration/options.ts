import type { EndpointProblem } from "../../client";
import type { Metadata, ServiceInstance } from "../service-instance";

export interface RegisterOptions<M = Metadata> {
  /** e.g. `user-srv/loginService` */
  readonly service: string;
  /**
   * Tells this copy apart from the others of the service. A process that comes back under the same name takes its old entry over.
   * @default - host name, process id and a random part
   */
  readonly instance?: string | undefined;
  /** Where clients reach it. */
  readonly endpoint: string;
  /** @default {} */
  readonly metadata?: M | undefined;
  /**
   * How long after its end a crashed process is still listed, in seconds. 5 at least: a change of the leader takes etcd a second or two.
   * @default 15
   */
  readonly ttlSeconds?: number | undefined;
  /**
   * What to do once another process has registered under the same name: `yield` leaves the entry to it (the handle becomes
   * `replaced`), `retake` writes it again.
   * @default "yield"
   */
  readonly onReplaced?: "yield" | "retake" | undefined;
  /**
   * Signals at which the entry is withdrawn. When nobody else listens to the signal, the process then ends by it, as it would have
   * without us.
   * @default ["SIGTERM"]
   */
  readonly withdrawOn?: readonly NodeJS.Signals[] | undefined;
}

/**
 * - `registering`: not listed yet; tried until it is
 * - `registered`: listed, as far as a majority has said within the TTL
 * - `recovering`: was listed; no member has confirmed it for a while, or the lease is gone, and it is being put back
 * - `replaced`: another process has taken the name over, and it was left to it
 * - `withdrawn`: closed
 */
export type RegistrationState = "registering" | "registered" | "recovering" | "replaced" | "withdrawn";

export interface StateChange {
  readonly state: RegistrationState;
  readonly previous: RegistrationState;
  /** Why, where something went wrong: one sentence, e.g. `the lease was gone: it had expired or was revoked`. */
  readonly reason: string | undefined;
}

export interface RegistrationEvents<M = Metadata> {
  state: [StateChange];
  /** Every attempt that failed; the next one follows by itself. */
  problem: [EndpointProblem];
  /** It has been written (again): what stands there now. */
  written: [ServiceInstance<M>];
}

/** How a registration ended. */
export interface Withdrawal {
  /** False when no member confirmed it in time: the entry then goes when its lease ends. */
  readonly isConfirmed: boolean;
}
