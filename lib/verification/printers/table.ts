import { createColors } from "picocolors";
import type { CheckReport, CheckResult, VerificationReport } from "../report";
import { renderStatusTable } from "./status-table";

type Colors = ReturnType<typeof createColors>;

/**
 * A report for people: the status table, what each check found, the verdict. What went wrong comes with what to do.
 *
 * @param options.color ANSI colours; ask for them only when the output is a terminal. `@default false`
 */
export function renderTable(report: VerificationReport, options: { color?: boolean } = {}): string {
  const colors = createColors(options.color ?? false);
  return [
    renderStatusTable(report.endpoints),
    "",
    ...report.checks.flatMap((check) => checkLines(check, colors)),
    "",
    verdictLine(report, colors),
  ].join("\n");
}

function checkLines(check: CheckReport, colors: Colors): string[] {
  const mark = {
    passed: colors.green("✓"),
    warned: colors.yellow("!"),
    failed: colors.red("✗"),
    skipped: colors.dim("–"),
  }[check.outcome];
  const notPassed = check.results.filter(({ outcome }) => outcome !== "passed");
  const [only] = check.results;
  const isOneSentence =
    check.results.length === 1 && only?.outcome === check.outcome && check.outcome !== "failed";
  const summary = isOneSentence ? colors.dim(`: ${only.reason}`) : "";
  const details = isOneSentence ? [] : notPassed.flatMap((result) => resultLines(result, colors));
  return [`${mark} ${check.title}${summary}`, ...details];
}

function resultLines(result: CheckResult, colors: Colors): string[] {
  const who = result.member ?? result.endpoint;
  const where = result.member === undefined || result.endpoint === undefined ? "" : ` (${result.endpoint})`;
  const about = who === undefined ? "" : `${who}${where}: `;
  const line = `    ${about}${result.reason}`;
  if (result.outcome === "skipped") {
    return [colors.dim(`${line} – skipped`)];
  }
  return [line, ...(result.remedy === undefined ? [] : [colors.dim(`      → ${result.remedy}`)])];
}

function verdictLine({ verdict, checks, clusterName, tookMs }: VerificationReport, colors: Colors): string {
  const count = (outcome: string): number => checks.filter((check) => check.outcome === outcome).length;
  const counts = [
    `${count("passed")} passed`,
    ...(count("warned") > 0 ? [`${count("warned")} ${count("warned") === 1 ? "warning" : "warnings"}`] : []),
    `${count("failed")} failed`,
    `${count("skipped")} skipped`,
  ].join(", ");
  const cluster = clusterName === undefined ? "the cluster" : `cluster ${clusterName}`;
  const said = {
    healthy: colors.green(`${cluster} is healthy`),
    unhealthy: colors.red(`${cluster} is unhealthy`),
    unreachable: colors.yellow(`${cluster} is not reachable from here, so nothing is known about it`),
  }[verdict];
  return `${said}: ${counts} in ${(tookMs / 1000).toFixed(1)} s`;
}
