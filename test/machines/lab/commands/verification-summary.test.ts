import { expect, test } from "vitest";
import { summarize } from "./verification-summary";

const failed = (member: string | null, reason: string) => ({ outcome: "failed", member, reason });
const ending = (report: unknown, stderr = "") => ({
  code: 1,
  stdout: typeof report === "string" ? report : JSON.stringify(report),
  stderr,
  output: "",
});

test("names each reason once, with its member, and at most three", () => {
  const results = [
    failed("etcd-0", "connection refused"),
    failed(null, "no leader"),
    failed("etcd-0", "connection refused"),
    failed("etcd-1", "timed out"),
    failed("etcd-2", "timed out"),
  ];
  const checks = [
    { outcome: "failed", results },
    { outcome: "skipped", results: [] },
  ];
  const summary = summarize(ending({ verdict: "unhealthy", checks, endpoints: [], tookMs: 2049 }));
  expect(summary).toEqual({
    isHealthy: false,
    line: "unhealthy (etcd-0: connection refused; no leader; etcd-1: timed out; and 1 more): 0 passed, 1 failed, 1 skipped in 2.0 s",
    leaders: [],
  });
});

test("says so when there is no verdict", () => {
  const stderr = "error: etcd-etcd has no output\n  deploy it first\n";
  expect(summarize(ending("", stderr))).toEqual({
    isHealthy: false,
    line: "verify gave no verdict: error: etcd-etcd has no output   deploy it first",
    leaders: [],
  });
});
