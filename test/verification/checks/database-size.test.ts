import { Etcd3 } from "etcd3";
import { describe, expect, test } from "vitest";
import { status, verify } from "../../../lib/verification";
import { judgeSize } from "../../../lib/verification/checks/database-size";
import { etcdBinaries } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check, failedChecks } from "../support/reports";

const quotaBytes = 16 * 2 ** 20;

describe("a database", () => {
  test.each([
    [0, "passed", "0 B, 0 % of its quota of 2.1 GB"],
    [1_610_612_735, "passed", "1.6 GB, 74 % of its quota of 2.1 GB"],
    [1_610_612_736, "warned", "1.6 GB, 75 % of its quota of 2.1 GB"],
    [2_040_109_465, "warned", "2.0 GB, 94 % of its quota of 2.1 GB"],
    [2_040_109_466, "failed", "2.0 GB, 95 % of its quota of 2.1 GB"],
  ])("of %i bytes in a quota of 2 GiB: %s", (bytes, outcome, reason) => {
    expect(judgeSize(bytes, 2 ** 31)).toMatchObject({ outcome, reason });
  });

  test("passes without a quota, however large it is", () => {
    expect(judgeSize(1e12, 0)).toEqual({ outcome: "passed", reason: "1.0 TB, without a quota" });
  });
});

describe.each([0, 1, 2])("a member (the %ith release of the tests)", (index) => {
  const start = async (quota: number): Promise<RawCluster> => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    return RawCluster.start({ binaries, size: 1, flags: [`--quota-backend-bytes=${quota}`] });
  };

  test("warns, then fails, and leaves the word to the alarm when its quota is used up", async () => {
    const cluster = await start(quotaBytes);
    try {
      const verifySize = () =>
        verify({
          endpoints: cluster.endpoints,
          checks: ["database-size", "no-alarms"],
          callTimeoutMs: 10_000,
        });
      const fresh = check(await verifySize(), "database-size");
      expect(fresh.results).toMatchObject([
        { outcome: "passed", reason: expect.stringContaining("quota of 17 MB") },
      ]);

      await fill(cluster, 0.8);
      const warned = await verifySize();
      expect(warned.verdict).toBe("healthy");
      expect(check(warned, "database-size").outcome).toBe("warned");

      await fill(cluster, 0.96);
      expect(failedChecks(await verifySize())).toEqual(["database-size"]);

      await expect(fill(cluster, 2)).rejects.toThrow("database space exceeded");
      const full = await verifySize();
      expect(failedChecks(full)).toEqual(["no-alarms"]);
      expect(check(full, "database-size").results).toMatchObject([
        { outcome: "skipped", reason: "the alarm NOSPACE is raised" },
      ]);
    } finally {
      await cluster.stop();
    }
  });

  test("without a quota passes", async () => {
    const cluster = await start(-1);
    try {
      const report = await verify({ endpoints: cluster.endpoints, checks: ["database-size"] });
      expect(check(report, "database-size").results).toMatchObject([
        { outcome: "passed", reason: expect.stringMatching(/kB, without a quota$/) },
      ]);
    } finally {
      await cluster.stop();
    }
  });
});

/** Writes until so much of the quota is used. */
async function fill(cluster: RawCluster, share: number): Promise<void> {
  const etcd = new Etcd3({ hosts: cluster.endpoints });
  try {
    for (;;) {
      const [row] = await status({ endpoints: cluster.endpoints, callTimeoutMs: 10_000 });
      if ((row?.status?.dbSizeBytes ?? 0) > share * quotaBytes) return;
      // Its size is known when the batch has been committed, at the latest after 100 ms: so by small steps.
      await etcd.put(`fill-${performance.now()}`).value(Buffer.alloc(50_000, "x"));
    }
  } finally {
    etcd.close();
  }
}
