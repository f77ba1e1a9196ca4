import { expect, test } from "vitest";
import { compareWithDefinition, definition } from "../../../lib/verification/checks/definition";
import { verify, type ClusterExpectation, type DefinedCluster } from "../../../lib/verification";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check } from "../support/reports";

const member = (name: string, host: string): DefinedCluster["members"][number] => ({
  name,
  endpoint: `https://${host}:2379`,
  peerUrls: [`https://${host}:2380`],
});
const members = [member("a", "10.0.0.1"), member("b", "10.0.0.2"), member("c", "10.0.0.3")];
const deployed: ClusterExpectation = { members, release: "3.5.16" };
const defined: DefinedCluster = { source: "cluster.yaml", members, release: "3.5.16" };

const edited = (now: Partial<DefinedCluster>): string | undefined =>
  compareWithDefinition(deployed, { ...defined, ...now })[0]?.reason;

test("passes as long as nothing was edited, in whatever order it stands", () => {
  expect(compareWithDefinition(deployed, { ...defined, members: [...members].reverse() })).toEqual([
    { outcome: "passed", reason: "as cluster.yaml says" },
  ]);
});

test.each([
  ["a member that is new", { members: [...members, member("d", "10.0.0.4")] }, "d is new"],
  ["a member that is gone", { members: members.slice(1) }, "a is gone"],
  [
    "a member with another name",
    { members: [member("z", "10.0.0.1"), ...members.slice(1)] },
    "a is called z",
  ],
  [
    "another address",
    { members: [member("a", "10.0.0.9"), ...members.slice(1)] },
    "a's endpoint from https://10.0.0.1:2379 to https://10.0.0.9:2379; a's peer URLs from https://10.0.0.1:2380 to https://10.0.0.9:2380",
  ],
  ["another release", { release: "3.5.30" }, "the release from 3.5.16 to 3.5.30"],
  ["a member that is to be a learner", { learners: ["b"] }, "b is declared as a learner"],
  ["a release that is no longer pinned", { release: undefined }, "the release from 3.5.16 to any"],
])("tells %s", (_title, now, said) => {
  expect(edited(now)).toBe(`cluster.yaml was edited since the deploy: ${said}`);
});

test("tells a learner that is to vote, and not twice of one that is gone", () => {
  const learning = { ...deployed, learners: ["b"] };
  const voting: DefinedCluster = { ...defined, learners: [] };
  const reason = (now: DefinedCluster): string | undefined => compareWithDefinition(learning, now)[0]?.reason;
  expect(reason(voting)).toBe(
    "cluster.yaml was edited since the deploy: b is no longer declared as a learner",
  );
  expect(reason({ ...voting, members: [members[0]!, members[2]!] })).toBe(
    "cluster.yaml was edited since the deploy: b is gone",
  );
  expect(reason({ ...defined, learners: ["b"] })).toBe("as cluster.yaml says");
});

test("warns and does not fail: what runs is what was deployed", () => {
  expect(compareWithDefinition(deployed, { ...defined, members: [] })[0]).toMatchObject({
    outcome: "warned",
    remedy: expect.stringContaining("cdktf-etcd up") as string,
  });
});

test("of a real cluster, an edit is a warning of this check alone, and nothing is said where nothing is known", async () => {
  const cluster = await RawCluster.start({ binaries: await defaultEtcd(), size: 1 });
  try {
    const { expectation } = cluster;
    const now = { source: "cluster.yaml", ...expectation, release: "3.5.30" };
    const options = { checks: [definition.id, "membership", "release"] };
    const report = await verify({ expectation: { ...expectation, defined: now }, ...options });
    expect(report.verdict).toBe("healthy");
    expect(report.checks.filter(({ outcome }) => outcome === "warned").map(({ id }) => id)).toEqual([
      "definition",
    ]);
    expect(check(await verify({ expectation, ...options }), "definition").outcome).toBe("skipped");
  } finally {
    await cluster.stop();
  }
});
