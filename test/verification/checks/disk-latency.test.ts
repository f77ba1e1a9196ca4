import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { verify } from "../../../lib/verification";
import { judgeDisk } from "../../../lib/verification/checks/disk-latency";
import { Metrics } from "../../../lib/verification/questions/metrics";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { diskHistogram } from "../support/histogram-text";
import { check } from "../support/reports";

const fsync = { name: "WAL fsync", metric: "etcd_disk_wal_fsync_duration_seconds", limitMs: 10 } as const;

/** Observations by bucket: 0 is up to 1 ms, 3 up to 8 ms, 4 up to 16 ms, 5 up to 32 ms, 10 up to 1 s. */
const metrics = (counts: Record<number, number>): Metrics =>
  new Metrics(
    `# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1.79548498937e+09\n${diskHistogram(fsync.metric, counts)}`,
  );

describe("what a member measured of its disk", () => {
  test("passes below etcd's limit, and says how much that was", () => {
    expect(judgeDisk(fsync, metrics({ 0: 900, 3: 100 }), undefined)).toEqual({
      outcome: "passed",
      reason: "WAL fsync p99 7.6 ms over 1000 since it started (2026-11-24 01:49 UTC)",
    });
  });

  test("is a warning above it", () => {
    expect(judgeDisk(fsync, metrics({ 0: 900, 5: 100 }), undefined)).toMatchObject({
      outcome: "warned",
      reason:
        "WAL fsync p99 30 ms over 1000 since it started (2026-11-24 01:49 UTC); etcd wants less than 10 ms",
    });
  });

  test("is a warning even if it is very bad: the cluster still works", () => {
    expect(judgeDisk(fsync, metrics({ 12: 1000 }), undefined).outcome).toBe("warned");
  });

  test("is no basis for a percentile as long as it is a handful, however bad", () => {
    expect(judgeDisk(fsync, metrics({ 12: 99 }), undefined)).toEqual({
      outcome: "passed",
      reason: "WAL fsync: only 99 since it started, 100 are needed for a p99",
    });
  });

  test("does not count for one hiccup among a hundred", () => {
    expect(judgeDisk(fsync, metrics({ 0: 99, 12: 1 }), undefined).outcome).toBe("passed");
  });

  test("is forgiven if the disk is well now", () => {
    const later = metrics({ 0: 1200, 5: 100 });
    expect(judgeDisk(fsync, metrics({ 0: 900, 5: 100 }), later)).toEqual({
      outcome: "passed",
      reason:
        "WAL fsync p99 1.0 ms over the last 300, though 30 ms over 1000 since it started (2026-11-24 01:49 UTC)",
    });
  });

  test("is held against it if the disk is slow now too", () => {
    const later = metrics({ 0: 1000, 5: 300 });
    expect(judgeDisk(fsync, metrics({ 0: 900, 5: 100 }), later)).toMatchObject({
      outcome: "warned",
      reason:
        "WAL fsync p99 32 ms over the last 300, 30 ms over 1000 since it started (2026-11-24 01:49 UTC); etcd wants less than 10 ms",
    });
  });

  test("is held against it if nobody knows how the disk is now", () => {
    const later = metrics({ 0: 999, 5: 100 });
    expect(judgeDisk(fsync, metrics({ 0: 900, 5: 100 }), later).outcome).toBe("warned");
  });

  test("is nothing if the release does not measure it", () => {
    expect(judgeDisk(fsync, new Metrics(""), undefined).outcome).toBe("passed");
  });
});

const canTrace = spawnSync("strace", ["-qq", "-e", "trace=none", "true"]).status === 0;

// strace makes every sync of the real disk take longer, as a slow disk would.
test.runIf(canTrace)(
  "a member whose syncs take 30 ms is warned of, and is healthy nevertheless",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-test-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const binaries = await defaultEtcd();
    const slow = join(folder, "etcd");
    // The shell becomes etcd, so that whoever kills it kills etcd; strace ends with it.
    await writeFile(
      slow,
      `#!/bin/sh
strace -f -qq -o /dev/null -e trace=fdatasync -e inject=fdatasync:delay_exit=30000 -p $$ &
exec ${binaries.etcd} "$@"
`,
    );
    await chmod(slow, 0o755);
    const cluster = await RawCluster.start({ binaries: { ...binaries, etcd: slow }, size: 1 });
    onTestFinished(() => cluster.stop());

    const young = await verify({ expectation: cluster.expectation, checks: ["disk-latency"] });
    expect(check(young, "disk-latency").outcome).toBe("passed");

    const [endpoint] = cluster.endpoints;
    for (let index = 0; index < 110; index += 1) {
      const body = JSON.stringify({ key: btoa(`key-${index}`), value: btoa("value") });
      expect((await fetch(`${endpoint}/v3/kv/put`, { method: "POST", body })).status).toBe(200);
    }
    const report = await verify({ expectation: cluster.expectation, checks: ["disk-latency"] });
    expect(check(report, "disk-latency").results).toMatchObject([
      {
        outcome: "warned",
        member: "etcd-1",
        reason: expect.stringMatching(/^WAL fsync p99 \d\d+ ms over \d+ since it started/),
      },
    ]);
    expect(report.verdict).toBe("healthy");
    expect(report.tookMs).toBeLessThan(3000);
    expect(
      (await verify({ expectation: cluster.expectation, checks: ["disk-latency"], strict: true })).verdict,
    ).toBe("unhealthy");
  },
);

test("a member that does not answer is not judged by it", async () => {
  const cluster = await RawCluster.start({ binaries: await defaultEtcd() });
  onTestFinished(() => cluster.stop());
  await cluster.member("etcd-2").kill();
  const report = await verify({ expectation: cluster.expectation, checks: ["disk-latency"] });
  expect(check(report, "disk-latency").results).toMatchObject([
    { outcome: "passed", member: "etcd-1" },
    { outcome: "skipped", member: "etcd-2", reason: "does not answer" },
    { outcome: "passed", member: "etcd-3" },
  ]);
});
