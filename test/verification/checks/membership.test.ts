import { expect, test } from "vitest";
import { compareMembership } from "../../../lib/verification/checks/membership";
import { verify } from "../../../lib/verification";
import type { EndpointFacts } from "../../../lib/verification/questions/ask";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { failedChecks, failures } from "../support/reports";
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
