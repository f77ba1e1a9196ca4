import type { Alarm } from "../questions/answers";
import type { CheckReport, EndpointStatus, StatusProblem, Verdict, VerificationReport } from "../report";

/** Raised when a field is removed or changes its meaning; new fields may come without. */
export const jsonSchemaVersion = 1;

/**
 * What `renderJson` prints. IDs are hexadecimal strings, as etcdctl's table shows them; 64-bit numbers are decimal
 * strings, as in etcd's own HTTP gateway, because a JSON number loses digits beyond 2^53. What is not known is `null`.
 */
export interface VerificationJson {
  readonly schemaVersion: typeof jsonSchemaVersion;
  readonly verdict: Verdict;
  readonly clusterName: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly tookMs: number;
  readonly endpoints: readonly EndpointJson[];
  readonly checks: readonly CheckJson[];
}

export interface EndpointJson {
  readonly endpoint: string;
  readonly member: string | null;
  readonly tookMs: number;
  /** `null` if the endpoint gave no status; `problem` says why. */
  readonly status: StatusJson | null;
  readonly problem: { readonly [Key in keyof StatusProblem]: StatusProblem[Key] | null } | null;
}

export interface StatusJson {
  readonly clusterId: string;
  readonly memberId: string;
  /** `null` without a leader. */
  readonly leaderId: string | null;
  readonly isLeader: boolean;
  readonly isLearner: boolean;
  readonly version: string;
  readonly dbSizeBytes: number;
  readonly dbSizeInUseBytes: number;
  readonly raftTerm: string;
  readonly raftIndex: string;
  readonly raftAppliedIndex: string;
  readonly revision: string;
  readonly alarms: readonly Alarm[];
  readonly errors: readonly string[];
}

export interface CheckJson {
  readonly id: string;
  readonly title: string;
  readonly outcome: CheckReport["outcome"];
  readonly tookMs: number;
  readonly results: readonly {
    readonly outcome: CheckReport["outcome"];
    readonly member: string | null;
    readonly endpoint: string | null;
    readonly reason: string;
    readonly remedy: string | null;
    readonly lasting: boolean;
  }[];
}

/** A report for programs: {@link VerificationJson}, indented. */
export function renderJson(report: VerificationReport): string {
  return JSON.stringify(toJson(report), null, 2);
}

/** The status rows alone, for programs. */
export function renderStatusJson(endpoints: readonly EndpointStatus[]): string {
  return JSON.stringify(
    { schemaVersion: jsonSchemaVersion, endpoints: endpoints.map(endpointJson) },
    null,
    2,
  );
}

function toJson(report: VerificationReport): VerificationJson {
  return {
    schemaVersion: jsonSchemaVersion,
    verdict: report.verdict,
    clusterName: report.clusterName ?? null,
    startedAt: report.startedAt.toISOString(),
    tookMs: Math.round(report.tookMs),
    endpoints: report.endpoints.map(endpointJson),
    checks: report.checks.map(({ id, title, outcome, tookMs, results }) => ({
      id,
      title,
      outcome,
      tookMs: Math.round(tookMs),
      results: results.map((result) => ({
        outcome: result.outcome,
        member: result.member ?? null,
        endpoint: result.endpoint ?? null,
        reason: result.reason,
        remedy: result.remedy ?? null,
        lasting: result.lasting,
      })),
    })),
  };
}

function endpointJson({ endpoint, member, tookMs, status, problem }: EndpointStatus): EndpointJson {
  return {
    endpoint,
    member: member ?? null,
    tookMs: Math.round(tookMs),
    status:
      status === undefined
        ? null
        : {
            ...status,
            leaderId: status.leaderId ?? null,
            raftTerm: String(status.raftTerm),
            raftIndex: String(status.raftIndex),
            raftAppliedIndex: String(status.raftAppliedIndex),
            revision: String(status.revision),
          },
    problem: problem === undefined ? null : { ...problem, remedy: problem.remedy ?? null },
  };
}
