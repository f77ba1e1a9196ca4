import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { status, verify } from "../../../lib/verification";
import { judgeChanges, judgeLeader, type Watched } from "../../../lib/verification/checks/stable-leader";
import type { MemberStatus } from "../../../lib/verification";
import { etcdBinaries } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check, failedChecks, failures } from "../support/reports";

const minuteMs = 60_000;

function statusOf(memberId: string, leaderId: string | undefined, raftTerm: bigint): MemberStatus {
  return {
    clusterId: "c",
    memberId,
    leaderId,
    isLeader: memberId === leaderId,
    isLearner: false,
    version: "3.5.30",
    dbSizeBytes: 0,
    dbSizeInUseBytes: 0,
    raftTerm,
    raftIndex: 1n,
    raftAppliedIndex: 1n,
    revision: 1n,
    alarms: [],
    errors: [],
  };
}

type Look = readonly [leaderId: string | undefined, raftTerm: bigint];
const watched = (id: string, first: Look, again: Look): Watched => ({
  target: { label: `etcd-${id}`, endpoint: id, address: { host: id, port: 2379 }, serverName: id },
  first: statusOf(id, ...first),
  again: statusOf(id, ...again),
  watchedMs: 1500,
});

describe("two looks at the leader", () => {
  test("pass if they show the same", () => {
    expect(judgeLeader([watched("a", ["a", 5n], ["a", 5n]), watched("b", ["a", 5n], ["a", 5n])])).toEqual({
      outcome: "passed",
      reason: "etcd-a in term 5, watched for 1.5 s",
    });
  });

  test.each([
    ["another leader", ["b", 6n], "the leader changed from etcd-a to etcd-b (term 5 to 6, within 1.5 s)"],
    ["the same one, elected anew", ["a", 7n], "etcd-a had to be elected anew (term 5 to 7, within 1.5 s)"],
    ["none", [undefined, 6n], "etcd-b lost the leader etcd-a (term 5 to 6, within 1.5 s)"],
  ] as const)("fail if the second shows %s", (_what, again, reason) => {
    const members = [watched("a", ["a", 5n], ["a", 5n]), watched("b", ["a", 5n], again)];
    expect(judgeLeader(members)).toMatchObject({ outcome: "failed", reason });
  });

  test.each([
    ["none", [watched("a", [undefined, 5n], ["a", 6n])]],
    ["two", [watched("a", ["a", 5n], ["a", 5n]), watched("b", ["b", 6n], ["b", 6n])]],
    ["one that does not answer", [watched("a", ["c", 5n], ["b", 6n]), watched("b", ["c", 5n], ["b", 6n])]],
  ])("say nothing if there was %s to begin with", (_what, members) => {
    expect(judgeLeader(members).outcome).toBe("skipped");
  });
});

describe("changes of the leader that a member has counted", () => {
  test.each([
    ["the first leader and three changes", 4, 2 * minuteMs, undefined],
    ["four changes soon after the start", 5, 2 * minuteMs, "warned"],
    ["seven in half an hour", 8, 30 * minuteMs, undefined],
    ["eight in half an hour", 9, 30 * minuteMs, "warned"],
    ["a hundred in a year", 101, 365 * 24 * 60 * minuteMs, undefined],
  ])("%s", (_what, seen, ageMs, outcome) => {
    expect(judgeChanges(seen, ageMs)?.outcome).toBe(outcome);
  });
});

describe.each([0, 1, 2])("three members (the %ith release of the tests)", (index) => {
  let cluster: RawCluster;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await RawCluster.start({ binaries });
  });
  afterAll(() => cluster?.stop());

  test("are watched as long as a lease takes to expire, and no longer than anything else if none does", async () => {
    const { expectation } = cluster;
    const long = await verify({ expectation, checks: ["stable-leader", "lease-expires"] });
    expect(check(long, "stable-leader").results).toMatchObject([
      { outcome: "passed", reason: expect.stringMatching(/^etcd-\d in term \d+, watched for 1\.[5-9] s$/) },
    ]);
    const quick = await verify({ expectation, checks: ["stable-leader"] });
    expect(check(quick, "stable-leader").outcome).toBe("passed");
    expect(quick.tookMs).toBeLessThan(1000);
  });

  test("fail if another one becomes the leader meanwhile", async () => {
    const before = await cluster.leader();
    const { expectation } = cluster;
    const verifying = verify({ expectation, checks: ["stable-leader", "lease-expires"] });
    // By then it has been asked for the first time: a lease is granted only to who knows the status.
    await vi.waitFor(
      async () => expect(await cluster.etcdctl(["lease", "list"])).toContain("found 1 leases"),
      {
        timeout: 10_000,
        interval: 1,
      },
    );
    await moveLeader(cluster);
    const report = await verifying;
    expect(failedChecks(report)).toContain("stable-leader");
    expect(failures(report, "stable-leader")[0]?.reason).toMatch(
      new RegExp(`^the leader changed from ${before} to etcd-\\d \\(term \\d+ to \\d+, within 1\\.\\d s\\)$`),
    );
  });

  test("warn if that has happened often of late, and are healthy all the same", async () => {
    for (let round = 0; round < 5; round += 1) await moveLeader(cluster);
    const report = await verify({ expectation: cluster.expectation, checks: ["stable-leader"] });
    expect(report.verdict).toBe("healthy");
    expect(check(report, "stable-leader").outcome).toBe("warned");
    expect(check(report, "stable-leader").results[0]?.reason).toMatch(
      /^has seen the leader change \d+ times in the \d min since it started$/,
    );
  });
});

async function moveLeader(cluster: RawCluster): Promise<void> {
  const rows = await status({ endpoints: cluster.endpoints });
  const leader = rows.find((row) => row.status?.isLeader === true);
  const other = rows.find((row) => row.status?.isLeader === false);
  await cluster.etcdctl(["move-leader", other?.status?.memberId ?? "", `--endpoints=${leader?.endpoint}`]);
  await vi.waitFor(
    async () => {
      const now = await status({ endpoints: cluster.endpoints });
      expect(new Set(now.map((row) => row.status?.leaderId))).toEqual(new Set([other?.status?.memberId]));
    },
    { timeout: 10_000, interval: 20 },
  );
}
