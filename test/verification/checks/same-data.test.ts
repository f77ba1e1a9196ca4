import { readFile, writeFile } from "node:fs/promises";
import { Etcd3 } from "etcd3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verify } from "../../../lib/verification";
import { judgeHashes, type Hashed } from "../../../lib/verification/checks/same-data";
import { CallBudget } from "../../../lib/verification/questions/call-budget";
import { EndpointClient } from "../../../lib/verification/questions/endpoint-client";
import { targetsOf } from "../../../lib/client";
import { etcdBinaries } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check, failedChecks, failures } from "../support/reports";
import { OpenCluster } from "./support/open-cluster";

const hashed = (label: string, hash: number, more: Partial<Hashed> = {}): Hashed => ({
  target: { label, endpoint: label, address: { host: label, port: 2379 }, serverName: label },
  version: "3.5.30",
  hash,
  compactRevision: -1n,
  ...more,
});
const judge = (...members: Hashed[]): ReturnType<typeof judgeHashes> =>
  judgeHashes({ revision: 7n, hashed: members, notHashed: [] });

describe("hashes", () => {
  test("that are the same pass", () => {
    expect(judge(hashed("a", 255), hashed("b", 255))).toEqual([
      { outcome: "passed", reason: "hash 000000ff at revision 7" },
    ]);
  });

  test("tell which member departs from the majority", () => {
    expect(judge(hashed("a", 1), hashed("b", 2), hashed("c", 1))).toMatchObject([
      {
        outcome: "failed",
        target: { label: "b" },
        reason: "holds other data than a and c: hash 00000002 instead of 00000001 at revision 7",
        lasting: true,
      },
    ]);
  });

  test("tell what everybody holds if there is no majority", () => {
    expect(judge(hashed("a", 1), hashed("b", 2))).toMatchObject([
      {
        outcome: "failed",
        reason: "the members hold different data at revision 7 (a: 00000001; b: 00000002)",
      },
    ]);
  });

  test("of different releases prove nothing", () => {
    expect(judge(hashed("a", 1), hashed("b", 2, { version: "3.5.16" }))).toMatchObject([
      { outcome: "warned", remedy: expect.stringContaining("3.5.30 and 3.5.16") },
    ]);
  });

  test("above different compacted revisions are not compared", () => {
    expect(judge(hashed("a", 1), hashed("b", 1), hashed("c", 2, { compactRevision: 5n }))).toMatchObject([
      { outcome: "passed" },
      { outcome: "skipped", target: { label: "c" }, reason: "compacted its data meanwhile" },
    ]);
  });

  test("of one member alone pass only if it is the whole cluster", () => {
    expect(judge(hashed("a", 1))).toMatchObject([{ outcome: "passed" }]);
    const notHashed = [{ target: hashed("b", 0).target, reason: "gave no hash: no answer" }];
    expect(judgeHashes({ revision: 7n, hashed: [hashed("a", 1)], notHashed })).toMatchObject([
      { outcome: "skipped", reason: "nobody to compare a with" },
      { outcome: "skipped", target: { label: "b" }, reason: "gave no hash: no answer" },
    ]);
  });
});

describe.each([0, 1, 2])("members (the %ith release of the tests)", (index) => {
  let cluster: OpenCluster;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await OpenCluster.start({ binaries });
  });
  afterAll(() => cluster?.stop());

  test("hash one revision alike, and neither one that is to come nor one that is gone", async () => {
    await put(cluster, 5);
    const clients = targetsOf({ expectation: cluster.expectation }).map((target) =>
      EndpointClient.open(target, { budget: new CallBudget(10_000) }),
    );
    try {
      const hashes = await Promise.all(clients.map((client) => client.hashKv(4n)));
      expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(1);
      expect(hashes[0]).toMatchObject({ revision: 6n, compactRevision: -1n });
      const [client] = clients;
      await expect(client?.hashKv(7n)).rejects.toThrow("required revision is a future revision");
      await cluster.etcdctl(cluster.members[0]!, ["compact", "4"]);
      await expect(client?.hashKv(3n)).rejects.toMatchObject({ kind: "compacted" });
      expect(await client?.hashKv(5n)).toMatchObject({ compactRevision: 4n });
    } finally {
      clients.forEach((client) => client.close());
    }
  });

  test("pass while keys are written, deleted and compacted away", async () => {
    const load = writeAndCompact(cluster);
    try {
      for (let round = 0; round < 15; round += 1) {
        const report = await verify({ expectation: cluster.expectation, checks: ["same-data"] });
        expect(check(report, "same-data").results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
      }
    } finally {
      await load.stop();
    }
  });

  test("fail if one of them has other data on its disk, by name", async () => {
    await put(cluster, 3, "the-right-data");
    const [first, , last] = cluster.members;
    if (first === undefined || last === undefined) throw new Error("no members");
    await cluster.etcdctl(first, ["put", "known", "to-all"]);
    await last.kill("SIGTERM");
    await replaceInFile(cluster.databaseOf(last), "the-right-data", "the-wrong-data");
    last.start();
    await last.ready();
    expect(await cluster.etcdctl(last, ["get", "key-0", "--print-value-only", "--consistency=s"])).toBe(
      "the-wrong-data\n",
    );
    const report = await verify({ expectation: cluster.expectation, skip: ["lease-expires"] });
    expect(failedChecks(report)).toEqual(["same-data"]);
    expect(failures(report, "same-data")).toMatchObject([{ member: "etcd-3", lasting: true }]);
    expect(failures(report, "same-data")[0]?.reason).toMatch(
      /^holds other data than etcd-1 and etcd-2: hash [0-9a-f]{8} instead of [0-9a-f]{8} at revision \d+$/,
    );
  });
});

describe("a learner", () => {
  test("does not tell what it holds, which is no failure", async () => {
    const [binaries] = await etcdBinaries();
    if (binaries === undefined) throw new Error("no etcd");
    const cluster = await RawCluster.start({ binaries, size: 1 });
    try {
      const learner = await cluster.addLearner("etcd-2");
      const endpoints = [...cluster.endpoints, learner.endpoint];
      const report = await verify({ endpoints, checks: ["same-data"] });
      expect(check(report, "same-data").results).toMatchObject([
        { outcome: "passed" },
        { outcome: "skipped", endpoint: learner.endpoint, reason: "a learner does not hash its data" },
      ]);
    } finally {
      await cluster.stop();
    }
  });
});

async function put(cluster: OpenCluster, count: number, value = "value"): Promise<void> {
  const etcd = new Etcd3({ hosts: cluster.members.map(({ endpoint }) => endpoint) });
  try {
    for (let key = 0; key < count; key += 1) await etcd.put(`key-${key}`).value(value);
  } finally {
    etcd.close();
  }
}

/** Until it is stopped; compacts up to the revision that has just been written, which is the hardest case. */
function writeAndCompact(cluster: OpenCluster): { stop: () => Promise<void> } {
  const etcd = new Etcd3({ hosts: cluster.members.map(({ endpoint }) => endpoint) });
  let isOn = true;
  const lanes = Array.from({ length: 8 }, async (_, lane) => {
    for (let round = 0; isOn; round += 1) {
      await etcd.put(`load-${lane}-${round % 7}`).value("x".repeat(512));
      const { header } = await etcd.delete().key(`load-${lane}-${(round + 3) % 7}`);
      if (lane === 0 && round % 20 === 0) await etcd.kv.compact({ revision: header.revision });
    }
  });
  return {
    stop: async () => {
      isOn = false;
      await Promise.all(lanes);
      etcd.close();
    },
  };
}

/** bbolt's pages have no checksum: what a disk or a hand changes in them is served as it is. */
async function replaceInFile(file: string, from: string, to: string): Promise<void> {
  const bytes = await readFile(file);
  let at = bytes.indexOf(from);
  if (at === -1) throw new Error(`${from} is not in ${file}`);
  for (; at !== -1; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
  await writeFile(file, bytes);
}
