import { expect } from "vitest";
import type { VerificationReport } from "../../../lib/verification";
import type { Accusation, Made } from "./fault";

/** A finding that is no pass, with whatever is needed to tell whether it is right. */
export interface Said {
  readonly check: string;
  readonly outcome: "failed" | "warned";
  readonly member: string | undefined;
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly kind: string | undefined;
}

/** Everything that failed or was warned of. */
export function said(report: VerificationReport): Said[] {
  return report.checks.flatMap(({ id, results }) =>
    results.flatMap(({ outcome, member, endpoint, reason, remedy }) =>
      outcome === "failed" || outcome === "warned"
        ? [{ check: id, outcome, member: member ?? endpoint, reason, remedy, kind: kindOf(report, endpoint) }]
        : [],
    ),
  );
}

function kindOf(report: VerificationReport, endpoint: string | undefined): string | undefined {
  return report.endpoints.find((row) => row.endpoint === endpoint)?.problem?.kind;
}

/**
 * The fault is named, with a remedy, and nobody is accused without a reason.
 *
 * @returns for each accusation that had to be made the finding that makes it
 */
export function expectVerdict(
  report: VerificationReport,
  { says, maySay = [], verdict }: Made,
  always: readonly Accusation[],
): Said[] {
  const all = said(report);
  const wrong = all.filter((one) => ![...says, ...maySay, ...always].some((each) => matches(one, each)));
  const findings = says.map((each) => all.find((one) => matches(one, each)));
  const missing = says.filter((_, index) => findings[index] === undefined);
  if (missing.length + wrong.length > 0) {
    const wanted = missing.map(
      ({ check, member, reason, kind }) => `${check} ${member ?? ""} ${reason} ${kind ?? ""}`,
    );
    throw new Error(
      `not said: ${wanted.join("; ") || "nothing"}\nnot expected: ${inWords(wrong)}\nall: ${inWords(all)}`,
    );
  }
  const fails = says.some(({ outcome = "failed" }) => outcome === "failed");
  expect(report.verdict).toBe(verdict ?? (fails ? "unhealthy" : "healthy"));
  const found = findings.filter((finding) => finding !== undefined);
  for (const { reason, remedy } of found) {
    expect(remedy, reason).toMatch(/\.$/);
    expect(reason).not.toMatch(/\.$/);
  }
  return found;
}

export function inWords(all: readonly Said[]): string {
  const lines = all.map(
    ({ check, outcome, member = "", reason, kind = "" }) =>
      `  ${check} ${outcome} ${member}: ${reason} ${kind}`,
  );
  return lines.length === 0 ? "nothing" : `\n${lines.join("\n")}`;
}

export function matches(one: Said, { check, outcome = "failed", member, reason, kind }: Accusation): boolean {
  return (
    one.check === check &&
    one.outcome === outcome &&
    (member === undefined || one.member === (member ?? undefined)) &&
    reason.test(one.reason) &&
    (kind === undefined || one.kind === kind)
  );
}
