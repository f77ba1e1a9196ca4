import { expect, test } from "vitest";
import { renderGithub } from "../../../lib/verification";
import { hostileReport, reportOfMany, sampleReport } from "./report";

test("failures are errors, warnings are warnings, and the verdict is a notice", () => {
  expect(renderGithub(sampleReport)).toMatchInlineSnapshot(`
    "::error title=every member answers::etcd-2 (http://127.0.0.1:2479): connection refused%0AStart etcd.
    ::warning title=no database is worth defragmenting::etcd-1 (http://127.0.0.1:2379): 65 %25 of 2.1 GB are free%0ARun etcdctl defrag on one member at a time, the leader last.
    ::notice title=cluster demo is unhealthy::2 passed, 1 warning, 1 failed, 1 skipped in 2.0 s"
  `);
});

test("200 members with one problem are one annotation: GitHub shows ten with a step", () => {
  const report = reportOfMany(200, (index) => ({
    outcome: "failed",
    reason: `${1000 + index} entries behind`,
  }));
  expect(renderGithub(report).split("\n")).toEqual([
    "::error title=no member lags behind the others::etcd-1: 1000 entries behind, and 199 more like it",
    "::notice title=cluster demo is unhealthy::0 passed, 1 failed, 0 skipped in 2.0 s",
  ]);
});

test("names and errors cannot begin a command of their own", () => {
  const lines = renderGithub(hostileReport).split("\n");
  expect(lines).toHaveLength(renderGithub(sampleReport).split("\n").length);
  for (const line of lines) {
    // The runner splits properties at commas and ends them at the first "::".
    expect(line).toMatch(/^::(error|warning|notice) title=[^,:\r\n]+::[^\r\n]+$/);
    // A percent sign of ours is one of the runner's escapes.
    expect(line.replaceAll(/%(25|0A|3A|2C)/g, "")).not.toContain("%");
  }
});
