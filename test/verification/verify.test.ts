import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  allChecks,
  renderStatusTable,
  status,
  verify,
  type ClusterExpectation,
  type EndpointStatus,
} from "../../lib/verification";
import { etcdBinaries } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { check, failedChecks, failures } from "./support/reports";

/** In plain text there are no certificates; and nobody gave a second definition, nor snapshots. */
const NOT_ASKED = ["client-certificate", "peer-certificate", "definition", "snapshot-age"];

function wholesome(id: string, cluster: RawCluster): string {
  if (NOT_ASKED.includes(id)) return "skipped";
  const isSupported = !cluster.expectation.release.startsWith("3.4.");
  return id === "known-releases" && !isSupported ? "warned" : "passed";
}

const waitOptions = { timeout: 20_000, interval: 200 };

describe.each([
  ["the oldest release", 0],
  ["Debian stable's release", 1],
  ["the newest release", 2],
])("three healthy members of %s", (_title, index) => {
  let cluster: RawCluster;
  let expectation: ClusterExpectation;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await RawCluster.start({ binaries });
    expectation = cluster.expectation;
  });
  afterAll(() => cluster?.stop());

  test("pass every check that can be made of them", async () => {
    const report = await verify({ expectation });
    expect(report.checks.map(({ id, outcome }) => [id, outcome])).toEqual(
      allChecks.map(({ id }) => [id, wholesome(id, cluster)]),
    );
    expect(report.verdict).toBe("healthy");
  });

  test("pass as mere endpoints, and nothing is said about a definition that there is not", async () => {
    const report = await verify({ endpoints: cluster.endpoints, skip: ["lease-expires"] });
    expect(report.verdict).toBe("healthy");
    expect(check(report, "membership")).toMatchObject({
      outcome: "skipped",
      results: [{ reason: "no definition to compare the member list with" }],
    });
  });

  test("keep nothing of what was written", async () => {
    await verify({ expectation });
    expect(await cluster.etcdctl(["get", "", "--from-key", "--keys-only"])).toBe("");
    expect(await cluster.etcdctl(["lease", "list"])).toContain("found 0 leases");
  });

  test("are shown in etcdctl's own table, character by character", async () => {
    // The raft index moves while etcd settles on its cluster version, so the two may have to be taken again.
    await vi.waitFor(async () => {
      const table = await cluster.etcdctl(["endpoint", "status", "-w", "table"]);
      expect(renderStatusTable(await status({ endpoints: cluster.endpoints }))).toBe(
        inAscii(table).trimEnd(),
      );
    }, waitOptions);
  });

  test("have the same figures as in etcdctl's JSON, IDs beyond 2^53 included", async () => {
    await vi.waitFor(async () => {
      const theirs = await cluster.etcdctl(["endpoint", "status", "-w", "json"]);
      const ours = await status({ endpoints: cluster.endpoints });
      expect(ours.map(asEtcdctlPrints)).toEqual(parseExactly(theirs));
    }, waitOptions);
    const [first] = await status({ endpoints: cluster.endpoints });
    const ids = [first?.status?.clusterId, first?.status?.memberId].map((id) => BigInt(`0x${id}`));
    expect(ids.some((id) => id > 2n ** 53n && BigInt(Number(id)) !== id)).toBe(true);
  });

  test("are healthy for etcdctl too", async () => {
    // etcdctl exits with 1 otherwise, which rejects.
    const health = await cluster.etcdctl(["endpoint", "health", "-w", "json"]);
    expect((JSON.parse(health) as { health: boolean }[]).map((row) => row.health)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("fail if another release is wanted, each of them by name", async () => {
    const report = await verify({
      expectation: { ...expectation, release: "v3.0.0" },
      skip: ["lease-expires"],
    });
    expect(failedChecks(report)).toEqual(["release"]);
    expect(failures(report, "release")).toEqual(
      cluster.members.map(({ name }) =>
        expect.objectContaining({
          member: name,
          reason: `runs ${cluster.expectation.release}, the definition wants 3.0.0`,
          lasting: true,
        }),
      ),
    );
  });
});

describe.each([
  ["the oldest release", 0],
  ["Debian stable's release", 1],
  ["the newest release", 2],
])("a member of %s", (_title, index) => {
  let cluster: RawCluster;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await RawCluster.start({ binaries, size: 1, flags: [`--quota-backend-bytes=${4 * 2 ** 20}`] });
  });
  afterAll(() => cluster?.stop());

  test("is a healthy cluster on its own", async () => {
    const report = await verify({ expectation: cluster.expectation });
    expect(report.checks.map(({ id, outcome }) => [id, outcome])).toEqual(
      allChecks.map(({ id }) => [id, wholesome(id, cluster)]),
    );
  });

  test("fails if a learner is with it that is not declared, and passes if it is", async () => {
    const learner = await cluster.addLearner("etcd-2");
    const members = [
      ...cluster.expectation.members,
      { name: learner.name, endpoint: learner.endpoint, peerUrls: [learner.peerUrl] },
    ];
    const undeclared = await verify({ expectation: { members }, skip: ["lease-expires"] });
    expect(failedChecks(undeclared)).toEqual(["learners"]);
    expect(failures(undeclared, "learners")).toMatchObject([
      { member: "etcd-2", endpoint: learner.endpoint, reason: "etcd-2 is a learner: it does not vote" },
    ]);

    const declared = await verify({ expectation: { members, learners: ["etcd-2"] } });
    expect(failedChecks(declared)).toEqual([]);
    expect(check(declared, "write-read").results).toMatchObject([
      { outcome: "passed", member: "etcd-1" },
      { outcome: "skipped", member: "etcd-2", reason: "a learner takes no writes" },
    ]);
    expect(check(declared, "lease-expires").results.map(({ outcome }) => outcome)).toEqual([
      "passed",
      "passed",
    ]);

    const misdeclared = await verify({
      expectation: { members, learners: ["etcd-1", "etcd-2"] },
      checks: ["learners"],
    });
    expect(failures(misdeclared, "learners")).toMatchObject([{ member: "etcd-1", lasting: true }]);
    await learner.kill();
  });

  test("fails if its database is full, and the alarm is named", async () => {
    // The learner left a cluster of two behind only as far as voting goes; writes still work.
    const value = "x".repeat(100_000);
    for (let full = false, index = 0; !full; index += 1) {
      full = await cluster.etcdctl(["put", `filler/${index}`, value]).then(
        () => index > 200,
        () => true,
      );
    }
    const report = await verify({ endpoints: cluster.endpoints, skip: ["lease-expires"] });
    expect(failures(report, "no-alarms")).toMatchObject([
      { endpoint: cluster.endpoints[0], reason: "raised the alarm NOSPACE" },
    ]);
    expect(failures(report, "write-read")).toMatchObject([
      { reason: "could not write: database space exceeded" },
    ]);
    expect(report.endpoints[0]?.status?.errors.join()).toContain("alarm:NOSPACE");
    expect(report.verdict).toBe("unhealthy");
  });
});

/** The frame of newer tables is drawn with box characters. */
function inAscii(table: string): string {
  return table
    .replace(/[┌┬┐├┼┤└┴┘]/g, "+")
    .replace(/─/g, "-")
    .replace(/│/g, "|");
}

/** etcdctl prints IDs as bare numbers, which JSON.parse would round: they are quoted first. */
function parseExactly(json: string): unknown {
  return JSON.parse(json.replace(/":(\d+)/g, '":"$1"'));
}

/** Fields that are zero are not in etcdctl's JSON. */
function asEtcdctlPrints({ endpoint, status: row }: EndpointStatus): unknown {
  if (row === undefined) throw new Error(`${endpoint} gave no status`);
  const decimal = (id: string | undefined): string => BigInt(`0x${id ?? "0"}`).toString();
  return {
    Endpoint: endpoint,
    Status: {
      header: {
        cluster_id: decimal(row.clusterId),
        member_id: decimal(row.memberId),
        revision: String(row.revision),
        raft_term: String(row.raftTerm),
      },
      version: row.version,
      dbSize: String(row.dbSizeBytes),
      leader: decimal(row.leaderId),
      raftIndex: String(row.raftIndex),
      raftTerm: String(row.raftTerm),
      raftAppliedIndex: String(row.raftAppliedIndex),
      dbSizeInUse: String(row.dbSizeInUseBytes),
    },
  };
}
