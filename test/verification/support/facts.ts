/** What members of a cluster that does not exist have said, as plain data. */
import type { ExpectedMember } from "../../../lib/verification";
import { EndpointProblem, targetsOf } from "../../../lib/client";
import type { ListedMember, MemberStatus } from "../../../lib/verification/questions/answers";
import type { EndpointFacts } from "../../../lib/verification/questions/ask";

export interface SaidMember extends ExpectedMember {
  readonly clientUrls: readonly string[];
  /** @default true */
  readonly isAsked?: boolean;
}

/** ID of the member at this place in the list. */
export const idOf = (index: number): string => `a${index}`;

/** The member list that these members have. */
export function listOf(members: readonly SaidMember[]): ListedMember[] {
  return members.map(({ name, peerUrls, clientUrls }, index) => ({
    id: idOf(index),
    name,
    peerUrls,
    clientUrls,
    isLearner: false,
  }));
}

/** All that were asked answer, and agree. */
export function factsOf(members: readonly SaidMember[]): EndpointFacts[] {
  const memberList = { ok: true, value: listOf(members) } as const;
  return members.flatMap(({ name, endpoint, isAsked = true }, index): EndpointFacts[] => {
    const [target] = targetsOf({ expectation: { members: [{ name, endpoint }] } });
    if (target === undefined || !isAsked) return [];
    return [{ target, status: { ok: true, value: statusOf(idOf(index)), tookMs: 1 }, memberList }];
  });
}

export function statusOf(memberId: string, change: Partial<MemberStatus> = {}): MemberStatus {
  return {
    clusterId: "c1",
    memberId,
    leaderId: idOf(0),
    isLeader: memberId === idOf(0),
    isLearner: false,
    version: "3.5.34",
    dbSizeBytes: 25_000,
    dbSizeInUseBytes: 25_000,
    raftTerm: 2n,
    raftIndex: 10n,
    raftAppliedIndex: 10n,
    revision: 1n,
    alarms: [],
    errors: [],
    ...change,
  };
}

/** Somebody who does not answer. */
export function silent(facts: EndpointFacts): EndpointFacts {
  const problem = new EndpointProblem("refused", "connection refused", { detail: "ECONNREFUSED" });
  return { ...facts, status: { ok: false, problem, tookMs: 1 }, memberList: { ok: false, problem } };
}
