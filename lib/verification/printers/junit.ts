import type { Outcome } from "../check";
import type { CheckReport, CheckResult, VerificationReport } from "../report";
import { escapeMarkup } from "./escape-markup";
import { whoOf } from "./group-results";
import { oneLine } from "./one-line";
import type { PrinterOptions } from "./printer-options";
import { verdictOf } from "./verdict";
import { worstOutcome } from "./worst-outcome";

/** What one check found about one member. A test case has one outcome only, so there may be several results to it. */
interface TestCase {
  readonly check: CheckReport;
  readonly who: string | undefined;
  readonly outcome: Outcome;
  readonly results: readonly CheckResult[];
}

/**
 * JUnit's XML as GitLab, Jenkins and GitHub's actions read it: the cluster is a test suite, each check of each member a
 * test case with a stable name. A warning is a test case that passed and has something to say, and a property of the suite.
 *
 * Valid by the schema of Jenkins' xUnit plugin, which has no properties in a test case:
 * https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
 * GitLab shows `classname` as the suite, the text of `failure` and `system-out`, and keeps one test case of a name:
 * https://docs.gitlab.com/ci/testing/unit_test_reports/
 */
export function renderJunit(report: VerificationReport, { producedBy }: PrinterOptions = {}): string {
  const cases = report.checks.flatMap(testCases);
  const count = (outcome: Outcome): number => cases.filter((one) => one.outcome === outcome).length;
  const name = report.clusterName ?? "etcd";
  const totals = attributes({
    name,
    tests: String(cases.length),
    failures: String(count("failed")),
    errors: "0",
    time: seconds(report.tookMs),
  });
  const suite = attributes({
    skipped: String(count("skipped")),
    // Without a time zone, as Ant's JUnit task writes it: UTC.
    timestamp: report.startedAt.toISOString().slice(0, 19),
  });
  const properties = {
    verdict: report.verdict,
    ...(producedBy === undefined ? {} : { producedBy: `${producedBy.name} ${producedBy.version}` }),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${totals}>`,
    `  <testsuite${totals}${suite}>`,
    "    <properties>",
    ...Object.entries(properties).map(([key, value]) => property(key, value)),
    ...cases
      .filter(({ outcome }) => outcome === "warned")
      .map((one) => property(`warning.${one.check.id}`, seen(one, "warned"))),
    "    </properties>",
    ...cases.flatMap((one) => caseLines(one, name)),
    `    <system-out>${escapeMarkup(verdictOf(report))}</system-out>`,
    "  </testsuite>",
    "</testsuites>",
  ].join("\n");
}

function testCases(check: CheckReport): TestCase[] {
  const whos = [...new Set(check.results.map(whoOf))];
  return whos.map((who) => {
    const results = check.results.filter((result) => whoOf(result) === who);
    return { check, who, results, outcome: worstOutcome(results.map(({ outcome }) => outcome)) };
  });
}

function caseLines(one: TestCase, suite: string): string[] {
  const { check, who, outcome } = one;
  const opening = `    <testcase${attributes({
    classname: `${suite}.${check.id}`,
    name: who === undefined ? check.title : `${check.title}: ${who}`,
    time: seconds(check.tookMs),
  })}`;
  const content = {
    passed: undefined,
    warned: `<system-out>${escapeMarkup(advice(one, outcome))}</system-out>`,
    failed: `<failure${attributes({ message: seen(one, outcome), type: check.id })}>${escapeMarkup(advice(one, outcome))}</failure>`,
    skipped: `<skipped${attributes({ message: seen(one, outcome) })}/>`,
  }[outcome];
  return content === undefined ? [`${opening}/>`] : [`${opening}>`, `      ${content}`, "    </testcase>"];
}

function resultsWith({ results }: TestCase, wanted: Outcome): readonly CheckResult[] {
  return results.filter(({ outcome }) => outcome === wanted);
}

/** What was seen, in one line. */
function seen(one: TestCase, wanted: Outcome): string {
  const reasons = resultsWith(one, wanted).map(({ reason }) => reason);
  return `${one.who === undefined ? "" : `${one.who}: `}${[...new Set(reasons)].join("; ")}`;
}

/** What was seen and what to do about it, a line each. */
function advice(one: TestCase, wanted: Outcome): string {
  return resultsWith(one, wanted)
    .flatMap(({ reason, remedy }) => [reason, ...(remedy === undefined ? [] : [remedy])])
    .map(oneLine)
    .join("\n");
}

function property(name: string, value: string): string {
  return `      <property${attributes({ name, value })}/>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(oneLine(value))}"`)
    .join("");
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
