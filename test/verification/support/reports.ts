import type { CheckReport, CheckResult, VerificationReport } from "../../../lib/verification";

export function check(report: VerificationReport, id: string): CheckReport {
  const found = report.checks.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`the report has no check ${id}`);
  return found;
}

/** IDs of the checks that failed. */
export function failedChecks(report: VerificationReport): string[] {
  return report.checks.filter(({ outcome }) => outcome === "failed").map(({ id }) => id);
}

export function failures(report: VerificationReport, id: string): CheckResult[] {
  return check(report, id).results.filter(({ outcome }) => outcome === "failed");
}
