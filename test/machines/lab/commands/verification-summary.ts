import type { VerificationJson } from "../../../../lib/verification/printers/json";
import type { Ending } from "./lab-control";

/** What a verification found, in one line. */
export interface VerificationSummary {
  readonly isHealthy: boolean;
  readonly line: string;
  /** Names of the members that say of themselves that they lead. */
  readonly leaders: readonly string[];
}

/** Every reason that fits on a line that somebody still reads. */
const REASONS = 3;

/** @param ending of `cdktf-etcd verify --output json` */
export function summarize(ending: Ending): VerificationSummary {
  const report = parseReport(ending.stdout);
  if (report === undefined) {
    const words = ending.stderr.trim().split("\n").slice(0, 2).join(" ");
    return { isHealthy: false, line: `verify gave no verdict: ${words}`, leaders: [] };
  }
  const { verdict, checks, endpoints, tookMs } = report;
  const count = (outcome: string): number => checks.filter((check) => check.outcome === outcome).length;
  const counts = `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`;
  const reasons = verdict === "healthy" ? "" : reasonsIn(report);
  return {
    isHealthy: verdict === "healthy",
    line: `${verdict}${reasons}: ${counts} in ${(tookMs / 1000).toFixed(1)} s`,
    leaders: endpoints.flatMap(({ member, status }) =>
      status?.isLeader === true && member !== null ? [member] : [],
    ),
  };
}

/** In brackets, each once: several checks fail for the same reason. */
function reasonsIn({ checks }: VerificationJson): string {
  const failed = checks.flatMap(({ results }) => results.filter(({ outcome }) => outcome === "failed"));
  const reasons = failed.map(({ member, reason }) => `${member === null ? "" : `${member}: `}${reason}`);
  const each = [...new Set(reasons)];
  if (each.length === 0) return "";
  const more = each.length > REASONS ? `; and ${each.length - REASONS} more` : "";
  return ` (${each.slice(0, REASONS).join("; ")}${more})`;
}

function parseReport(text: string): VerificationJson | undefined {
  try {
    return JSON.parse(text) as VerificationJson;
  } catch {
    return undefined;
  }
}
