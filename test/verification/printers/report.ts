import type { VerificationReport } from "../../../lib/verification";

const status = {
  clusterId: "cdf818194e3a8c32",
  memberId: "8e9e05c52164694d",
  leaderId: "8e9e05c52164694d",
  isLeader: true,
  isLearner: false,
  version: "3.5.16",
  dbSizeBytes: 24576,
  dbSizeInUseBytes: 16384,
  raftTerm: 2n,
  raftIndex: 9007199254740993n,
  raftAppliedIndex: 9007199254740993n,
  revision: 7n,
  alarms: [],
  errors: [],
} as const;

/** A report with one of each. */
export const sampleReport: VerificationReport = {
  verdict: "unhealthy",
  clusterName: "demo",
  startedAt: new Date("2026-11-22T07:00:00Z"),
  tookMs: 2041.7,
  endpoints: [
    { endpoint: "http://127.0.0.1:2379", member: "etcd-1", status, problem: undefined, tookMs: 3.2 },
    {
      endpoint: "http://127.0.0.1:2479",
      member: "etcd-2",
      status: undefined,
      problem: {
        kind: "refused",
        message: "connection refused",
        remedy: "Start etcd.",
        detail: "ECONNREFUSED",
      },
      tookMs: 1.1,
    },
  ],
  checks: [
    {
      id: "member-answers",
      title: "every member answers",
      outcome: "failed",
      tookMs: 3,
      results: [
        result("passed", "etcd-1", "answered in 3 ms"),
        { ...result("failed", "etcd-2", "connection refused"), remedy: "Start etcd." },
      ],
    },
    {
      id: "raft-term",
      title: "all members are in the same raft term",
      outcome: "passed",
      tookMs: 3,
      results: [result("passed", undefined, "term 2")],
    },
    {
      id: "write-read",
      title: "a write through each member is read through every other one",
      outcome: "passed",
      tookMs: 20,
      results: [result("passed", "etcd-1", "wrote and read"), result("skipped", "etcd-2", "does not answer")],
    },
    {
      id: "membership",
      title: "members and peer URLs are exactly as defined",
      outcome: "skipped",
      tookMs: 0,
      results: [result("skipped", undefined, "no definition to compare the member list with")],
    },
  ],
};

function result(
  outcome: "passed" | "failed" | "skipped",
  member: string | undefined,
  reason: string,
): VerificationReport["checks"][number]["results"][number] {
  const endpoint = { "etcd-1": "http://127.0.0.1:2379", "etcd-2": "http://127.0.0.1:2479" }[member ?? ""];
  return { outcome, member, endpoint, reason, remedy: undefined, lasting: false };
}
