import { describe, expect, test } from "vitest";
import { compareMembership } from "../../../lib/verification/checks/membership";
import { verify } from "../../../lib/verification";
import type { ListedMember } from "../../../lib/verification/questions/answers";
import type { EndpointFacts } from "../../../lib/verification/questions/ask";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check, failedChecks, failures } from "../support/reports";
import { factsOf, idOf, listOf, silent, statusOf, type SaidMember } from "../support/facts";

const members: readonly SaidMember[] = [1, 2, 3].map((number) => ({
  name: `etcd-${number}`,
  endpoint: `http://10.0.0.${number}:2379`,
  peerUrls: [`http://10.0.0.${number}:2380`],
  clientUrls: [`http://10.0.0.${number}:2379`],
}));

const judge = (facts: readonly EndpointFacts[]): string[] =>
  compareMembership(members, facts).map(
    ({ outcome, target, reason }) => `${outcome} ${target?.label ?? "-"}: ${reason}`,
  );

/** The third one was removed when the log was at 10, and has not gone on since. */
function withThirdRemoved(thirdSaysSoToo: boolean): EndpointFacts[] {
  const list = { ok: true, value: listOf(members).slice(0, 2) } as const;
  return factsOf(members).map((fact, index) =>
    index < 2
      ? {
          ...fact,
          status: { ok: true, value: statusOf(idOf(index), { raftAppliedIndex: 20n }), tookMs: 1 },
          memberList: list,
        }
      : { ...fact, memberList: thirdSaysSoToo ? list : fact.memberList },
  );
}

test("what is defined, listed and said by each of itself agrees", () => {
  expect(judge(factsOf(members))).toEqual(["passed -: 3 members"]);
});

test("a member that was removed and still answers is told so, and once", () => {
  expect(judge(withThirdRemoved(false))).toEqual([
    `failed etcd-3: answers as ${idOf(2)}, which is no longer a member (so say etcd-1 and etcd-2)`,
  ]);
  expect(judge(withThirdRemoved(true))[0]).toContain("(it says so itself)");
});

test("a member that was just added is not taken for a removed one by those who have not heard of it", () => {
  const facts = factsOf(members).map((fact, index): EndpointFacts => {
    const appliedIndex = index === 1 ? 5n : 10n;
    return {
      ...fact,
      status: { ok: true, value: statusOf(idOf(index), { raftAppliedIndex: appliedIndex }), tookMs: 1 },
      memberList: { ok: true, value: index === 1 ? listOf(members).slice(0, 2) : listOf(members) },
    };
  });
  expect(judge(facts)).toEqual(["failed etcd-3: etcd-3 is not in the member list (so says etcd-2)"]);
});

test("members that do not answer are the business of another check", () => {
  const [first, ...others] = factsOf(members);
  expect(judge([first!, ...others.map(silent)])).toEqual(["passed -: 3 members"]);
  expect(judge([first!, ...others].map(silent))).toEqual(["skipped -: no member gave its member list"]);
});

describe("without a definition", () => {
  const judgeViews = (facts: readonly EndpointFacts[]): string[] =>
    compareMembership(undefined, facts).map(
      ({ outcome, target, reason }) => `${outcome} ${target?.label ?? "-"}: ${reason}`,
    );
  /** The same members, all of which list one thing more. */
  const listingAlso = (more: Partial<ListedMember>): EndpointFacts[] => {
    const fourth = {
      id: "a3",
      name: "",
      peerUrls: ["http://10.0.0.4:2380"],
      clientUrls: [],
      isLearner: false,
    };
    const value = [...listOf(members), { ...fourth, ...more }];
    return factsOf(members).map((fact) => ({ ...fact, memberList: { ok: true, value } }));
  };

  test("lists that agree, of members that were all asked, pass", () => {
    expect(judgeViews(factsOf(members))).toEqual(["passed -: 3 members, the same in every list"]);
    expect(judgeViews(factsOf(members.slice(0, 1)))).toEqual(["passed -: 1 member"]);
    expect(judgeViews(factsOf(members).map(silent))).toEqual(["skipped -: no member gave its member list"]);
  });

  test("members that nobody asked are named, and asking them is the remedy", () => {
    const asked = members.map((member, index) => ({ ...member, isAsked: index === 0 }));
    expect(judgeViews(factsOf(asked))).toEqual([
      "warned -: etcd-2 and etcd-3 are in the member list and were not asked",
    ]);
    expect(compareMembership(undefined, factsOf(asked))[0]?.remedy).toBe(
      "Nothing is known of them: ask all members, --endpoints http://10.0.0.1:2379,http://10.0.0.2:2379,http://10.0.0.3:2379.",
    );
    expect(judgeViews(factsOf(asked.map((member, index) => ({ ...member, isAsked: index < 2 }))))).toEqual([
      "warned -: etcd-3 is in the member list and was not asked",
    ]);
  });

  test("whoever was asked and is silent is not among them, also at an address that it does not advertise", () => {
    const [first, second, third] = factsOf(members) as [EndpointFacts, EndpointFacts, EndpointFacts];
    expect(judgeViews([first, second, silent(third)])).toEqual([
      "passed -: 3 members, the same in every list",
    ]);
    const elsewhere = silent({
      ...third,
      target: { ...third.target, endpoint: "http://etcd-3.internal:2379" },
    });
    expect(judgeViews([first, second, elsewhere])).toEqual(["passed -: 3 members, the same in every list"]);
    expect(judgeViews([first, elsewhere])).toEqual([
      "warned -: etcd-2 and etcd-3 are in the member list and answered at none of the endpoints",
    ]);
  });

  test("a member that has never started fails, and a learner warns: the others do without it", () => {
    expect(judgeViews(listingAlso({}))).toEqual([
      "failed -: a member that has never started is in the member list (a3, http://10.0.0.4:2380)",
    ]);
    expect(judgeViews(listingAlso({ isLearner: true }))).toEqual([
      "warned -: a learner that has never started is in the member list (a3, http://10.0.0.4:2380)",
    ]);
  });

  test("lists that differ fail, and say in what; one of a removed member is not told twice", () => {
    const facts = factsOf(members.slice(0, 2));
    const moved = listOf(members.slice(0, 2)).map((member) => ({
      ...member,
      peerUrls: member.name === "etcd-1" ? ["http://10.0.0.9:2380"] : member.peerUrls,
    }));
    expect(judgeViews([facts[0]!, { ...facts[1]!, memberList: { ok: true, value: moved } }])).toEqual([
      "failed -: the member lists differ (etcd-1: etcd-1=http://10.0.0.1:2380,etcd-2=http://10.0.0.2:2380; etcd-2: etcd-1=http://10.0.0.9:2380,etcd-2=http://10.0.0.2:2380)",
    ]);
    expect(judgeViews(withThirdRemoved(false))).toEqual([
      `failed etcd-3: answers as ${idOf(2)}, which is no longer a member (so say etcd-1 and etcd-2)`,
    ]);
  });

  test("of real members, those that are asked are compared and the others named", async () => {
    const cluster = await RawCluster.start({ binaries: await defaultEtcd() });
    try {
      const checks = ["membership"];
      const all = check(await verify({ endpoints: cluster.endpoints, checks }), "membership");
      expect(all.results).toMatchObject([{ outcome: "passed", reason: "3 members, the same in every list" }]);
      const one = await verify({ endpoints: cluster.endpoints.slice(0, 1), checks });
      expect(one.verdict).toBe("healthy");
      expect(check(one, "membership")).toMatchObject({
        outcome: "warned",
        results: [{ remedy: expect.stringContaining(cluster.endpoints[2]!) as string }],
      });
    } finally {
      await cluster.stop();
    }
  });
});

test("an endpoint at which a cluster of others answers is told so in one sentence, and waiting ends", async () => {
  const cluster = await RawCluster.start({ binaries: await defaultEtcd(), size: 1, namePrefix: "other" });
  try {
    const expectation = {
      members: [{ ...members[0]!, endpoint: cluster.endpoints[0]!, clientUrls: undefined }],
    };
    const report = await verify({ expectation, skip: ["lease-expires"] });
    expect(failedChecks(report)).toEqual(["membership"]);
    expect(failures(report, "membership")).toMatchObject([
      { reason: "another cluster answers, of other-1", lasting: true },
    ]);
  } finally {
    await cluster.stop();
  }
});
