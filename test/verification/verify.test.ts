import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allChecks, verify, type ClusterExpectation } from "../../lib/verification";
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
      outcome: "passed",
      results: [{ reason: "3 members, the same in every list" }],
    });
  });

  test("keep nothing of what was written", async () => {
    await verify({ expectation });
    expect(await cluster.etcdctl(["get", "", "--from-key", "--keys-only"])).toBe("");
    expect(await cluster.etcdctl(["lease", "list"])).toContain("found 0 leases");
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

  test("fails if a learner is with it that is not declared, passes if it is, and warns where nothing can be declared", async () => {
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

    const endpoints = members.map(({ endpoint }) => endpoint);
    const mere = await verify({ endpoints, checks: ["learners"] });
    expect([mere.verdict, check(mere, "learners").outcome]).toEqual(["healthy", "warned"]);
    const strict = await verify({ endpoints, checks: ["learners"], strict: true });
    expect([strict.verdict, check(strict, "learners").outcome]).toEqual(["unhealthy", "failed"]);

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
