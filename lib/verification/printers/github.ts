import type { VerificationReport } from "../report";
import { groupResults } from "./group-results";
import { oneLine } from "./one-line";
import { countsOf, verdictOf } from "./verdict";

/**
 * Annotations for GitHub Actions, one workflow command a line: what failed as errors, then warnings, then the verdict as a
 * notice. GitHub shows ten of a kind with a step and leaves the others in its log, so the same of many members is one.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function renderGithub(report: VerificationReport): string {
  const commands = (["failed", "warned"] as const).flatMap((wanted) =>
    report.checks.flatMap(({ title, results }) =>
      groupResults(results.filter(({ outcome }) => outcome === wanted)).map(({ who, reason, remedy }) =>
        command(wanted === "failed" ? "error" : "warning", title, [
          who === undefined ? reason : `${who}: ${reason}`,
          ...(remedy === undefined ? [] : [remedy]),
        ]),
      ),
    ),
  );
  return [...commands, command("notice", verdictOf(report), [countsOf(report)])].join("\n");
}

/** Escaped as in `escapeData` and `escapeProperty` of https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
function command(name: "error" | "warning" | "notice", title: string, message: readonly string[]): string {
  return `::${name} title=${escapeProperty(oneLine(title))}::${escapeData(message.map(oneLine).join("\n"))}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
