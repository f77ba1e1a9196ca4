import { Etcd3 } from "etcd3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { status, verify, type EndpointStatus } from "../../../lib/verification";
import { judgeLag } from "../../../lib/verification/checks/raft-lag";
import { etcdBinaries } from "../../support/etcd";
import type { RawMember } from "../../support/raw-cluster";
import { check } from "../support/reports";
import { OpenCluster } from "./support/open-cluster";
import { PeerProxies } from "./support/peer-proxy";

describe("a member", () => {
  const member = { clusterId: "c", isLearner: false, raftIndex: 90n, raftAppliedIndex: 90n };
  const committed = (index: bigint, seenAt: number, clusterId = "c") => ({ clusterId, index, seenAt });

  test("is not late with what was committed just before it was asked", () => {
    expect(judgeLag(member, [committed(100n, 1000)], 1100)).toEqual({
      outcome: "passed",
      reason: "applied index 90",
    });
  });

  test("is late if it lacks what was committed long before, however little that is", () => {
    expect(judgeLag(member, [committed(91n, 1000), committed(95n, 2900)], 3000)).toMatchObject({
      outcome: "warned",
      reason: "1 entries behind: at index 90, while 91 was committed 2.0 s before",
      remedy: expect.stringContaining("slow to get or to store"),
    });
  });

  test("that has the entries is slow to apply them", () => {
    expect(judgeLag({ ...member, raftIndex: 91n }, [committed(91n, 1000)], 3000).remedy).toContain(
      "slow to apply",
    );
  });

  test("fails as far behind as etcd itself tolerates no more, unless it is a learner", () => {
    const far = [committed(5090n, 1000)];
    expect(judgeLag(member, far, 3000).outcome).toBe("failed");
    expect(judgeLag(member, [committed(5089n, 1000)], 3000).outcome).toBe("warned");
    expect(judgeLag({ ...member, isLearner: true }, far, 3000).outcome).toBe("warned");
  });

  test("is not compared with another cluster", () => {
    expect(judgeLag(member, [committed(9000n, 1000, "other")], 3000).outcome).toBe("passed");
  });
});

describe.each([0, 1, 2])("three members (the %ith release of the tests)", (index) => {
  const proxies = new PeerProxies();
  let cluster: OpenCluster;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await OpenCluster.start({ binaries, advertise: proxies.inFrontOf });
  });
  afterAll(async () => {
    await cluster?.stop();
    await proxies.stop();
  });

  test("pass under load, again and again", async () => {
    const load = writing(cluster);
    try {
      for (let round = 0; round < 10; round += 1) {
        const report = await verify({ expectation: cluster.expectation, checks: ["raft-lag"] });
        expect(check(report, "raft-lag").results.map(({ outcome }) => outcome)).toEqual(
          cluster.members.map(() => "passed"),
        );
      }
    } finally {
      await load.stop();
    }
  });

  test("pass when one of them has just come back from a pause with a lot to catch up", async () => {
    const { member } = await aFollower(cluster);
    member.freeze();
    await write(cluster, 500);
    member.thaw();
    const report = await verify({ expectation: cluster.expectation, checks: ["raft-lag"] });
    expect(check(report, "raft-lag").outcome).toBe("passed");
  });

  test("tell of the one that gets no entries", async () => {
    const { member, id } = await aFollower(cluster);
    proxies.hold(id);
    try {
      await write(cluster, 20);
      const began = performance.now();
      const report = await verify({ expectation: cluster.expectation, checks: ["raft-lag"] });
      expect(performance.now() - began).toBeLessThan(3000);
      expect(report.verdict).toBe("healthy");
      const told = check(report, "raft-lag").results.filter(({ outcome }) => outcome !== "passed");
      expect(told).toMatchObject([{ outcome: "warned", member: member.name }]);
      expect(told[0]?.reason).toMatch(
        /^\d+ entries behind: at index \d+, while \d+ was committed \d\.\d s before$/,
      );
    } finally {
      proxies.release();
    }
    await vi.waitFor(
      async () => {
        const report = await verify({ expectation: cluster.expectation, checks: ["raft-lag"], strict: true });
        expect(report.verdict).toBe("healthy");
      },
      { timeout: 30_000, interval: 200 },
    );
  });
});

async function aFollower(cluster: OpenCluster): Promise<{ member: RawMember; id: string }> {
  const rows = await status({ expectation: cluster.expectation });
  const row = rows.find((candidate: EndpointStatus) => candidate.status?.isLeader === false);
  const member = cluster.members.find(({ name }) => name === row?.member);
  if (member === undefined || row?.status === undefined) throw new Error("no follower");
  return { member, id: row.status.memberId };
}

/** Through the leader: the others may be held up. */
async function leaderOf(cluster: OpenCluster): Promise<Etcd3> {
  const rows = await status({ expectation: cluster.expectation });
  const leader = rows.find((row) => row.status?.isLeader === true);
  if (leader === undefined) throw new Error("no leader");
  return new Etcd3({ hosts: leader.endpoint });
}

async function write(cluster: OpenCluster, count: number): Promise<void> {
  const etcd = await leaderOf(cluster);
  try {
    for (let key = 0; key < count; key += 1) await etcd.put(`key-${key}`).value("value");
  } finally {
    etcd.close();
  }
}

/** Writes in 32 lanes until it is stopped. */
function writing(cluster: OpenCluster): { stop: () => Promise<void> } {
  const etcd = new Etcd3({ hosts: cluster.members.map(({ endpoint }) => endpoint) });
  let isOn = true;
  const lanes = Array.from({ length: 32 }, async (_, lane) => {
    while (isOn) await etcd.put(`load-${lane}`).value("x".repeat(512));
  });
  return {
    stop: async () => {
      isOn = false;
      await Promise.all(lanes);
      etcd.close();
    },
  };
}
