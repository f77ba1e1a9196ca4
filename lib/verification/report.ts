import type { Outcome } from "./check";
import type { MemberStatus } from "./questions/answers";
import type { ProblemKind } from "../client";

/**
 * `healthy`: no check failed. `unhealthy`: at least one did. `unreachable`: not one endpoint could be reached from here,
 * and the caller said that this is to be expected, so nothing is known about the cluster.
 */
export type Verdict = "healthy" | "unhealthy" | "unreachable";

/** One row of the status table. */
export interface EndpointStatus {
  readonly endpoint: string;
  /** Name of the member, if the expectation gave one. */
  readonly member: string | undefined;
  /** `undefined` if the endpoint gave none. */
  readonly status: MemberStatus | undefined;
  /** Why there is no status. */
  readonly problem: StatusProblem | undefined;
  /** How long the answer took, or the lack of one. */
  readonly tookMs: number;
}

export interface StatusProblem {
  readonly kind: ProblemKind;
  /** For people. */
  readonly message: string;
  readonly remedy: string | undefined;
  /** The client's own words. */
  readonly detail: string;
}

/** What one check found about one member, or about the cluster. */
export interface CheckResult {
  readonly outcome: Outcome;
  readonly member: string | undefined;
  readonly endpoint: string | undefined;
  readonly reason: string;
  readonly remedy: string | undefined;
  /** Waiting will not change it. */
  readonly lasting: boolean;
}

export interface CheckReport {
  readonly id: string;
  readonly title: string;
  /** The worst of the results: `failed`, `warned`, `passed`; `skipped` if all were. */
  readonly outcome: Outcome;
  readonly results: readonly CheckResult[];
  readonly tookMs: number;
}

export interface VerificationReport {
  readonly verdict: Verdict;
  readonly clusterName: string | undefined;
  /** In the order in which they were given. */
  readonly endpoints: readonly EndpointStatus[];
  /** In the order of the table of checks. */
  readonly checks: readonly CheckReport[];
  readonly startedAt: Date;
  readonly tookMs: number;
}
