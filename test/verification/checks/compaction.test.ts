import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verify } from "../../../lib/verification";
import { historyOf, judgeHistory, judgeRoom } from "../../../lib/verification/checks/compaction";
import { Metrics } from "../../../lib/verification/questions/metrics";
import { etcdBinaries } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check } from "../support/reports";

const hourMs = 3_600_000;

describe("a history", () => {
  const long = {
    revision: 5_000_000n,
    compactRevision: undefined,
    processAgeMs: 30 * hourMs,
    uncompactedForMs: 30 * hourMs,
  };

  test("that is long and has never been compacted is worth a warning", () => {
    expect(judgeHistory(long)).toEqual({
      outcome: "warned",
      reason: "nothing has been compacted for 30 h, and all 5000000 revisions are kept",
      remedy:
        "Compact with `etcdctl compact 5000000` now, and set --auto-compaction-mode and --auto-compaction-retention so that etcd does it itself.",
    });
  });

  test("that is no longer compacted is so too", () => {
    expect(judgeHistory({ ...long, compactRevision: 4_000_000n }).reason).toBe(
      "nothing has been compacted for 30 h, and 1000000 revisions are kept since revision 4000000",
    );
  });

  test.each([
    ["is short", { revision: 99_999n }],
    ["has been compacted up to near its end", { compactRevision: 4_999_000n }],
    ["was compacted yesterday", { compactRevision: 1_000_000n, uncompactedForMs: 23 * hourMs }],
    ["is of a member that may still wait for its first compaction", { uncompactedForMs: 11 * hourMs }],
    ["was compacted nobody knows when", { compactRevision: 1_000_000n, uncompactedForMs: undefined }],
  ])("that %s passes", (_what, change) => {
    expect(judgeHistory({ ...long, ...change }).outcome).toBe("passed");
  });
});

test("revisions that come to an end fail", () => {
  expect(judgeRoom(2n ** 63n - 1n - 10n ** 12n)).toBeUndefined();
  expect(judgeRoom(2n ** 63n - 10n ** 12n)).toMatchObject({
    outcome: "failed",
    reason: "at revision 9223371036854775808, only 999999999999 below the last one that there can be",
    lasting: true,
  });
});

describe.each([0, 1, 2])("members (the %ith release of the tests)", (index) => {
  let cluster: RawCluster;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await RawCluster.start({ binaries });
  });
  afterAll(() => cluster?.stop());

  const history = async () => {
    const reply = await fetch(`${cluster.endpoints[0]}/metrics`);
    return historyOf(new Metrics(await reply.text()));
  };

  test("tell that nothing has ever been compacted, and pass", async () => {
    const report = await verify({ endpoints: cluster.endpoints, checks: ["compaction"] });
    expect(check(report, "compaction").results).toMatchObject([
      { outcome: "passed", reason: "at revision 1, never compacted" },
    ]);
    expect(await history()).toMatchObject({ revision: 1n, compactRevision: undefined });
    const { processAgeMs, uncompactedForMs } = (await history()) ?? {};
    expect(uncompactedForMs).toBe(processAgeMs);
    expect(processAgeMs).toBeLessThan(120_000);
  });

  test("tell up to where and, since 3.5, when they have compacted", async () => {
    for (const key of ["a", "b", "c"]) await cluster.etcdctl(["put", key, "value"]);
    await cluster.etcdctl(["compact", "3", "--physical"]);
    const report = await verify({ endpoints: cluster.endpoints, checks: ["compaction"] });
    expect(check(report, "compaction").results).toMatchObject([
      { outcome: "passed", reason: "at revision 4, compacted up to revision 3" },
    ]);
    const { uncompactedForMs } = (await history()) ?? {};
    if (cluster.expectation.release.startsWith("3.4.")) expect(uncompactedForMs).toBeUndefined();
    else expect(uncompactedForMs).toBeLessThan(60_000);
  });
});
