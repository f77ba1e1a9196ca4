import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { verify, type CheckReport } from "../../../lib/verification";
import { inspectSnapshot } from "../../../lib/verification/snapshots/inspect-snapshot";
import { humanizeDuration } from "../../../lib/verification/printers/humanize-duration";
import { etcdBinaries, type TestEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check } from "../support/reports";

const hourMs = 3_600_000;

test.each([
  [12, "12 ms"],
  [45_000, "45 s"],
  [hourMs, "1 h"],
  [27 * hourMs + 59_000, "1 d 3 h"],
  [90 * 60_000, "1 h 30 min"],
])("%d ms are %s", (ms, text) => {
  expect(humanizeDuration(ms)).toBe(text);
});

describe.each([
  ["the oldest release", 0],
  ["Debian stable's release", 1],
  ["the newest release", 2],
])("snapshots by etcdctl of %s", (_title, index) => {
  let cluster: RawCluster;
  let workspace: string;
  let snapshot: string;
  let folder: string;

  beforeAll(async () => {
    const binaries: TestEtcd | undefined = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    workspace = await mkdtemp(join(tmpdir(), "cdktf-etcd-test-"));
    cluster = await RawCluster.start({ binaries, size: 1 });
    await cluster.etcdctl(["put", "key", "value"]);
    snapshot = join(workspace, "original.db");
    await cluster.etcdctl(["snapshot", "save", snapshot]);
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(workspace, { recursive: true, force: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(workspace, "snapshots-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function verified(options: { callTimeoutMs?: number } = {}): Promise<CheckReport> {
    const report = await verify({
      endpoints: cluster.endpoints,
      checks: ["snapshot-age"],
      snapshots: { folder, maxAgeMs: 2 * hourMs },
      ...options,
    });
    return check(report, "snapshot-age");
  }

  async function put(name: string, ageMs = 0): Promise<string> {
    const path = join(folder, name);
    await copyFile(snapshot, path);
    await age(path, ageMs);
    return path;
  }

  async function age(path: string, ageMs: number): Promise<void> {
    const at = new Date(Date.now() - ageMs);
    await utimes(path, at, at);
  }

  test("pass when the newest is recent and whole, whatever the others are", async () => {
    await put("new.db");
    await truncate(await put("old.db"), 100);
    await age(join(folder, "old.db"), hourMs);
    await writeFile(join(folder, "newer.db.part"), "half a snapshot");
    expect(await verified()).toMatchObject({
      outcome: "passed",
      results: [{ reason: expect.stringMatching(/^new\.db, \d+ kB, \d+ (?:ms|s) old$/) as string }],
    });
  });

  test("fail when the newest is too old", async () => {
    await put("old.db", 3 * hourMs);
    expect(await verified()).toMatchObject({
      outcome: "failed",
      results: [
        {
          reason: expect.stringMatching(
            /^the newest snapshot is older than 2 h \(old\.db, \d+ kB, 3 h/,
          ) as string,
        },
      ],
    });
  });

  test("fail when there is none, or not even a folder", async () => {
    expect(await verified()).toMatchObject({
      outcome: "failed",
      results: [{ reason: `there is no snapshot (*.db) in ${folder}` }],
    });
    await rm(folder, { recursive: true });
    expect(await verified()).toMatchObject({
      outcome: "failed",
      results: [{ reason: `the snapshot folder ${folder} does not exist` }],
    });
  });

  test("fail when the newest was cut off, has one bit less, is empty or is something else", async () => {
    const damages: readonly ((path: string) => Promise<void>)[] = [
      async (path) => truncate(path, (await stat(path)).size - 4096),
      async (path) => truncate(path, (await stat(path)).size - 1),
      (path) => truncate(path, 0),
      (path) => writeFile(path, Buffer.alloc(1024 + 32)),
      flipOneBit,
      (path) => appendFile(path, "x"),
    ];
    for (const damage of damages) {
      const path = await put("new.db");
      await damage(path);
      expect(await verified()).toMatchObject({
        outcome: "failed",
        results: [{ reason: expect.stringContaining("is damaged or was not written to its end") as string }],
      });
    }
  });

  test("are told from the mere copy of a database, for which nothing vouches", async () => {
    const path = await put("new.db");
    await truncate(path, (await stat(path)).size - 32);
    expect(await verified()).toMatchObject({
      outcome: "warned",
      results: [{ reason: expect.stringContaining("has no checksum") as string }],
    });
  });

  test("are read no longer than there is time", async () => {
    const path = await put("huge.db");
    // Sparse: a large file that costs nothing.
    const sizeBytes = 64 * 2 ** 30 + 32;
    await truncate(path, sizeBytes);
    const began = performance.now();
    const file = { name: "huge.db", path, sizeBytes, modifiedAt: new Date() };
    expect(await inspectSnapshot(file, { timeoutMs: 300, signal: undefined })).toBe("unchecked");
    expect(performance.now() - began).toBeLessThan(1500);
    expect(await verified({ callTimeoutMs: 500 })).toMatchObject({
      outcome: "passed",
      results: [{ reason: expect.stringContaining("its checksum not computed for want of time") as string }],
    });
  });

  test("are not looked at without a folder, and a folder of that name is none", async () => {
    await mkdir(join(folder, "folder.db"));
    expect((await verified()).outcome).toBe("failed");
    const report = await verify({ endpoints: cluster.endpoints, checks: ["snapshot-age"] });
    expect(check(report, "snapshot-age")).toMatchObject({
      outcome: "skipped",
      results: [{ reason: "no backups are configured" }],
    });
  });
});

async function flipOneBit(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    const at = 8192;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
    await file.write(Buffer.from([buffer.readUInt8() ^ 1]), 0, 1, at);
  } finally {
    await file.close();
  }
}
