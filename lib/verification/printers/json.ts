import type { EndpointStatus, VerificationReport } from "../report";
import type { PrinterOptions } from "./printer-options";
import type { StatusJson, VerificationJson } from "./report-schema";

export type { StatusJson, VerificationJson };

/** Raised when a field is removed or changes its meaning; new fields may come without. */
export const jsonSchemaVersion = 2;

/**
 * A report for programs: {@link VerificationJson}, indented. IDs are hexadecimal strings, as etcdctl's table shows them;
 * 64-bit numbers are decimal strings, as in etcd's own HTTP gateway, because a JSON number loses digits beyond 2^53. What is
 * not known is `null`.
 */
export function renderJson(report: VerificationReport, { producedBy }: PrinterOptions = {}): string {
  const json: VerificationJson = {
    schemaVersion: jsonSchemaVersion,
    producedBy: producedBy === undefined ? null : { name: producedBy.name, version: producedBy.version },
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
  return JSON.stringify(json, null, 2);
}

/** The status rows alone, for programs. */
export function renderStatusJson(endpoints: readonly EndpointStatus[]): string {
  const json: StatusJson = { schemaVersion: jsonSchemaVersion, endpoints: endpoints.map(endpointJson) };
  return JSON.stringify(json, null, 2);
}

function endpointJson({
  endpoint,
  member,
  tookMs,
  status,
  problem,
}: EndpointStatus): VerificationJson["endpoints"][number] {
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
            alarms: [...status.alarms],
            errors: [...status.errors],
          },
    problem: problem === undefined ? null : { ...problem, remedy: problem.remedy ?? null },
  };
}
