import { UsageError } from "../errors";
import type { Address, TlsOptions, UserCredentials } from "../client";
import type { ClusterExpectation } from "./expectation";

/** Whom to ask: exactly one of the two. */
export type ClusterToAsk =
  | {
      /** Endpoints of any etcd, e.g. `http://127.0.0.1:2379`. */
      readonly endpoints: readonly string[];
      readonly expectation?: undefined;
    }
  | {
      /** What the cluster should be, with an endpoint for every member. */
      readonly expectation: ClusterExpectation;
      readonly endpoints?: undefined;
    };

/** How to ask. */
export type AskOptions = ClusterToAsk & {
  /**
   * Longest time for any single call, in milliseconds. All endpoints are asked at the same time, so a dead one costs
   * this once, however many are dead. At most an hour.
   * @default 2000
   */
  readonly callTimeoutMs?: number | undefined;
  /** @default - Node's own CAs and no client certificate for `https://`, nothing for `http://` */
  readonly tls?: TlsOptions | undefined;
  /**
   * The cluster may be in a private network that this machine has no way into. What answers there without being etcd, such as a
   * proxy that answers for every address, then counts as not reachable; and if not one endpoint can be reached, the verdict is
   * `unreachable` instead of `unhealthy`.
   * @default false
   */
  readonly privateNetwork?: boolean | undefined;
  /**
   * Where to connect to for an endpoint, e.g. the local end of a tunnel; certificates are still checked against the endpoint's host.
   * @default - the endpoint's own host and port
   */
  readonly connectTo?: ((endpoint: string) => Address | undefined) | undefined;
  /**
   * Why an endpoint that gave no answer cannot be reached, where the caller knows more than the socket: its tunnel is down.
   * @default - what the socket says
   */
  readonly noWay?: ((endpoint: string) => NoWay | undefined) | undefined;
  /**
   * With whose rights to ask, once authentication is enabled.
   * @default - none, or the common name of the client certificate
   */
  readonly user?: UserCredentials | undefined;
  /** Stops asking; the promise rejects with the signal's reason, after what was written is removed again. */
  readonly signal?: AbortSignal | undefined;
};

/** What keeps this machine from reaching an endpoint. */
export interface NoWay {
  /** One phrase: what was seen. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Where snapshots of the cluster are kept, and how old the newest may be. */
export interface SnapshotFolder {
  readonly folder: string;
  readonly maxAgeMs: number;
}

/** etcdctl's default is 5 s, but it asks for a human who waits; a member that needs 2 s for a status is not well. */
export const defaultCallTimeoutMs = 2000;
/** Longer is a slip of the pen, and beyond 2^31 Node's timers fire at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestCallTimeoutMs = 60 * 60 * 1000;

/** @throws UsageError */
export function callTimeoutOf(options: { readonly callTimeoutMs?: number | undefined }): number {
  const callTimeoutMs = options.callTimeoutMs ?? defaultCallTimeoutMs;
  if (!(callTimeoutMs > 0 && callTimeoutMs <= longestCallTimeoutMs)) {
    throw new UsageError(`the time per call is ${callTimeoutMs} ms`, {
      remedy: "Give a number of milliseconds above 0, an hour at most; 2000 is usual.",
    });
  }
  return callTimeoutMs;
}
