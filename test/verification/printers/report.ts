import type { Outcome, VerificationReport } from "../../../lib/verification";

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

/** Who made the report. */
export const producedBy = { name: "cdktf-etcd", version: "0.1.0" };

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
      id: "fragmentation",
      title: "no database is worth defragmenting",
      outcome: "warned",
      tookMs: 3,
      results: [
        {
          ...result("warned", "etcd-1", "65 % of 2.1 GB are free"),
          remedy: "Run etcdctl defrag on one member at a time, the leader last.",
        },
        result("skipped", "etcd-2", "does not answer"),
      ],
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

export function result(
  outcome: Outcome,
  member: string | undefined,
  reason: string,
): VerificationReport["checks"][number]["results"][number] {
  const endpoint = { "etcd-1": "http://127.0.0.1:2379", "etcd-2": "http://127.0.0.1:2479" }[member ?? ""];
  return { outcome, member, endpoint, reason, remedy: undefined, lasting: false };
}

/** What no name and no error should hold, and what one day will. */
export const hostileText =
  "\"><script>alert('1')</script><!-- ]]> & \\ %0A ::error::x , \u001b[31mred\u0000\u0008\ud800\uffff\u202egnol\r\nsecond line";

export const hostileReport: VerificationReport = {
  ...sampleReport,
  clusterName: hostileText,
  endpoints: sampleReport.endpoints.map((row) => ({
    ...row,
    endpoint: `${row.endpoint}/${hostileText}`,
    member: `${row.member} ${hostileText}`,
    status: row.status && { ...row.status, version: hostileText, errors: [hostileText] },
    problem: row.problem && { ...row.problem, message: hostileText, detail: hostileText },
  })),
  checks: sampleReport.checks.map((check) => ({
    ...check,
    title: `${check.title} ${hostileText}`,
    results: check.results.map((one) => ({
      ...one,
      member: one.member && `${one.member} ${hostileText}`,
      endpoint: one.endpoint && `${one.endpoint}/${hostileText}`,
      reason: `${one.reason} ${hostileText}`,
      remedy: one.remedy && hostileText,
    })),
  })),
};

/** One check about many members. */
export function reportOfMany(count: number, of: (index: number) => Finding): VerificationReport {
  const rows = Array.from({ length: count }, (_, index) => ({
    endpoint: `http://10.0.${Math.floor(index / 250)}.${index % 250}:2379`,
    member: `etcd-${index + 1}`,
  }));
  return {
    ...sampleReport,
    endpoints: rows.map((row) => ({ ...row, status, problem: undefined, tookMs: 3 })),
    checks: [
      {
        id: "raft-lag",
        title: "no member lags behind the others",
        outcome: of(0).outcome,
        tookMs: 3,
        results: rows.map((row, index) => ({ ...row, remedy: undefined, lasting: false, ...of(index) })),
      },
    ],
  };
}

interface Finding {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly remedy?: string;
}
