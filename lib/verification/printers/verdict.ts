import type { Outcome } from "../check";
import type { VerificationReport } from "../report";

/** `cluster demo is healthy` */
export function verdictOf({ verdict, clusterName }: VerificationReport): string {
  const cluster = clusterName === undefined ? "the cluster" : `cluster ${clusterName}`;
  return {
    healthy: `${cluster} is healthy`,
    unhealthy: `${cluster} is unhealthy`,
    unreachable: `${cluster} is not reachable from here, so nothing is known about it`,
  }[verdict];
}

/** `25 passed, 1 warning, 0 failed, 3 skipped in 2.0 s` */
export function countsOf({ checks, tookMs }: VerificationReport): string {
  const count = (outcome: Outcome): number => checks.filter((check) => check.outcome === outcome).length;
  const warned = count("warned");
  const counts = [
    `${count("passed")} passed`,
    ...(warned > 0 ? [`${warned} ${warned === 1 ? "warning" : "warnings"}`] : []),
    `${count("failed")} failed`,
    `${count("skipped")} skipped`,
  ].join(", ");
  return `${counts} in ${(tookMs / 1000).toFixed(1)} s`;
}
