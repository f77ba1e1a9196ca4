import { Etcd3 } from "etcd3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { status, verify } from "../../../lib/verification";
import { judgeFragmentation } from "../../../lib/verification/checks/fragmentation";
import { etcdBinaries } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check } from "../support/reports";

describe("a database", () => {
  const judge = (dbSizeBytes: number, dbSizeInUseBytes: number, isLeader = false) =>
    judgeFragmentation("http://a:2379", { dbSizeBytes, dbSizeInUseBytes, isLeader });

  test.each([
    ["is empty", 0, 0, "passed"],
    ["is small, whatever is free in it", 104_857_599, 20_480, "passed"],
    ["is used for the most part", 1_000_000_000, 550_000_001, "passed"],
    ["is of 100 MiB and 45 % of it are free", 104_857_600, 57_671_680, "warned"],
  ])("that %s", (_what, size, inUse, outcome) => {
    expect(judge(size, inUse).outcome).toBe(outcome);
  });

  test("is worth a defragmentation, the leader's after all others", () => {
    expect(judge(1e9, 1e8)).toEqual({
      outcome: "warned",
      reason: "90 % of 1.0 GB are free",
      remedy:
        "Defragment one member at a time, the leader last: `etcdctl --endpoints=http://a:2379 defrag`. It answers nobody meanwhile.",
    });
    expect(judge(1e9, 1e8, true).remedy).toMatch(/^Defragment it last, being the leader: /);
  });
});

describe.each([0, 1, 2])("a member (the %ith release of the tests)", (index) => {
  let cluster: RawCluster;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await RawCluster.start({ binaries, size: 1 });
  });
  afterAll(() => cluster?.stop());

  test("warns when 150 MB have been deleted and compacted away, until it does as the remedy says", async () => {
    const etcd = new Etcd3({ hosts: cluster.endpoints });
    try {
      for (let key = 0; key < 150; key += 1) await etcd.put(`key-${key}`).value(Buffer.alloc(1_000_000, "x"));
      const { header } = await etcd.delete().all();
      await cluster.etcdctl(["compact", header.revision, "--physical"]);
      await vi.waitFor(
        async () => {
          // What is free is counted when something is committed.
          await etcd.put("key").value("value");
          const [row] = await status({ endpoints: cluster.endpoints });
          expect(row?.status?.dbSizeInUseBytes).toBeLessThan(10_000_000);
        },
        { timeout: 20_000, interval: 100 },
      );
    } finally {
      etcd.close();
    }
    const { endpoints } = cluster;
    const fragmented = await verify({ endpoints, checks: ["fragmentation"] });
    expect(fragmented.verdict).toBe("healthy");
    const [finding] = check(fragmented, "fragmentation").results;
    expect(finding).toMatchObject({
      outcome: "warned",
      reason: expect.stringMatching(/^9\d % of 1\d\d MB are free$/),
    });

    const [, command = ""] = /`etcdctl (.+)`/.exec(finding?.remedy ?? "") ?? [];
    await cluster.etcdctl(command.split(" "));
    const defragmented = await verify({ endpoints, checks: ["fragmentation"] });
    expect(check(defragmented, "fragmentation").outcome).toBe("passed");
  });
});
