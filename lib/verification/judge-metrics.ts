import type { AskedEndpoint, CheckContext, Finding } from "./check";
import type { MemberStatus } from "./questions/answers";
import type { Metrics } from "./questions/metrics";

/** A member that answers, and what it measures. */
export interface Measured extends AskedEndpoint {
  readonly memberStatus: MemberStatus;
  readonly measured: Metrics;
}

/** Judges each member by its own metrics, none waiting for another; whoever gives none is skipped, with the reason. */
export async function judgeMetrics(
  { endpoints }: CheckContext,
  judge: (member: Measured) => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<Finding[]> {
  const findings = await Promise.all(
    endpoints.map(async (endpoint) => {
      const { target } = endpoint;
      // Hundreds of kilobytes are not asked for before the member has answered the question that everything hangs on.
      const status = await endpoint.status;
      if (!status.ok) return skipped(target, "does not answer");
      const metrics = await endpoint.metrics();
      if (!metrics.ok) return skipped(target, `gives no metrics: ${metrics.problem.message}`);
      return judge({ ...endpoint, memberStatus: status.value, measured: metrics.value });
    }),
  );
  return findings.flat();
}

const skipped = (target: AskedEndpoint["target"], reason: string): Finding[] => [
  { outcome: "skipped", target, reason },
];
