import { createColors } from "picocolors";
import type { Outcome } from "../check";
import type { CheckReport, VerificationReport } from "../report";
import { groupResults, groupSkipped, type ResultGroup } from "./group-results";
import { oneLine } from "./one-line";
import type { PrinterOptions } from "./printer-options";
import { renderStatusTable } from "./status-table";
import { countsOf, verdictOf } from "./verdict";
import { wrap, type Span } from "./wrap";

/** So many checks are named where members are skipped; more are counted. */
const checksNamedAtMost = 3;

/**
 * A report for people: the status table, what each check found, the verdict. What passed comes first and in one line a
 * check; what has to be done, with its remedy, stands next to the verdict, where a terminal stops.
 */
export function renderTable(
  report: VerificationReport,
  { color = false, columns = 0, verdictFirst = false }: PrinterOptions = {},
): string {
  const page = new Page(color, columns === 0 ? Infinity : columns);
  const checks = (...outcomes: readonly Outcome[]): CheckReport[] =>
    outcomes.flatMap((wanted) => report.checks.filter(({ outcome }) => outcome === wanted));
  const answered = checks("passed", "warned", "failed");
  const quiet = [
    ...checks("passed", "skipped").flatMap((check) => page.quietLines(check)),
    ...groupSkipped(answered).flatMap((group) => page.skippedLines(group)),
  ];
  const loud = (verdictFirst ? checks("failed", "warned") : checks("warned", "failed")).flatMap((check) =>
    page.loudLines(check),
  );
  const verdict = page.verdictLines(report);
  const status = [renderStatusTable(report.endpoints, { columns })];
  return (verdictFirst ? [status, verdict, loud, quiet] : [status, quiet, loud, verdict])
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** Lines for one terminal. */
class Page {
  private readonly colors: ReturnType<typeof createColors>;

  constructor(
    color: boolean,
    private readonly columns: number,
  ) {
    this.colors = createColors(color);
  }

  /** What needs nobody: one line, with the reason if there is but one, or with all reasons why nothing was asked. */
  quietLines({ outcome, title, results }: CheckReport): string[] {
    const groups = groupResults(results.filter((result) => result.outcome === outcome));
    const [group] = groups;
    const isOneReason = groups.length === 1 && group !== undefined && isWhole(group, results);
    const reason = isOneReason
      ? group.reason
      : outcome === "skipped"
        ? groups.map(about).join("; ")
        : undefined;
    return this.line(this.mark(outcome), 2, [
      { text: oneLine(reason === undefined ? title : `${title}:`) },
      ...(reason === undefined ? [] : [{ text: oneLine(reason), paint: this.colors.dim }]),
    ]);
  }

  /** What somebody has to look at: every reason with its remedy. */
  loudLines({ outcome, title, results }: CheckReport): string[] {
    const groups = groupResults(
      results.filter((result) => result.outcome === "failed" || result.outcome === "warned"),
    );
    return [
      ...this.line(this.mark(outcome), 2, [{ text: oneLine(title), paint: this.colors.bold }]),
      ...groups.flatMap((group) => this.groupLines(group)),
    ];
  }

  skippedLines({ who, reason, checkIds }: ReturnType<typeof groupSkipped>[number]): string[] {
    const checks = checkIds.length > checksNamedAtMost ? `${checkIds.length} checks` : checkIds.join(", ");
    const text = oneLine(`${about({ who, reason })} – skipped in ${checks}`);
    return this.line(this.mark("skipped"), 2, [{ text, paint: this.colors.dim }]);
  }

  verdictLines(report: VerificationReport): string[] {
    const paint = {
      healthy: this.colors.green,
      unhealthy: this.colors.red,
      unreachable: this.colors.yellow,
    }[report.verdict];
    return this.line("", 0, [{ text: `${oneLine(verdictOf(report))}:`, paint }, { text: countsOf(report) }]);
  }

  private groupLines(group: ResultGroup): string[] {
    const { remedy } = group;
    return [
      ...this.line("    ", 4, [{ text: oneLine(about(group)) }], 6),
      ...(remedy === undefined
        ? []
        : this.line("      → ", 8, [{ text: oneLine(remedy), paint: this.colors.dim }], 8)),
    ];
  }

  private line(first: string, width: number, spans: readonly Span[], hanging = width + 2): string[] {
    return wrap(spans, { columns: this.columns, first, width, hanging });
  }

  private mark(outcome: Outcome): string {
    const { green, yellow, red, dim } = this.colors;
    return { passed: green("✓ "), warned: yellow("! "), failed: red("✗ "), skipped: dim("– ") }[outcome];
  }
}

function about({ who, reason }: Pick<ResultGroup, "who" | "reason">): string {
  return who === undefined ? reason : `${who}: ${reason}`;
}

function isWhole(group: ResultGroup, results: readonly unknown[]): boolean {
  return (
    group.results.length === results.length && new Set(group.results.map(({ reason }) => reason)).size === 1
  );
}
