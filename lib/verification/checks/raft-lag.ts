import type { AskedEndpoint, Check, CheckContext, Finding } from "../check";
import type { MemberStatus } from "../questions/answers";
import { pause, settle } from "../../client";
import { eachAnswering } from "./each-answering";

/**
 * A member that applies so many entries fewer than are committed takes no requests any more: `maxGapBetweenApplyAndCommitIndex`
 * in https://github.com/etcd-io/etcd/blob/main/server/etcdserver/v3_server.go, where a normal gap is said to be tens of entries.
 */
const failFromEntries = 5000n;
/**
 * A follower learns of a commit with the next message, 100 ms later at the latest; whoever has heard nothing for an election
 * timeout, 1 s, goes for an election: https://etcd.io/docs/v3.5/tuning/#time-parameters. So this is late by any measure.
 */
const lateMs = 800;
const pollIntervalMs = 100;

/** An index that is known to have been committed at a point of time. */
export interface Milestone {
  readonly clusterId: string;
  readonly index: bigint;
  /** By `performance.now()`. */
  readonly seenAt: number;
}

/**
 * The answers of the members are of slightly different moments, so that their indexes always differ while somebody writes. What
 * is compared is therefore what one member has applied LATER with what another one had committed BEFORE.
 */
export const raftLag: Check = {
  id: "raft-lag",
  title: "no member lags behind the others",
  looksTwice: true,
  run: async (context) => {
    const until = performance.now() + Math.max(context.callTimeoutMs, 1000);
    const milestones: Milestone[] = [];
    return eachAnswering(context, (endpoint, { clusterId, raftIndex }) => {
      milestones.push({ clusterId, index: raftIndex, seenAt: performance.now() });
      return follow(context, endpoint, milestones, until);
    });
  },
};

/** Goes on asking a member that is behind, until it is not or time is up. */
async function follow(
  { signal }: CheckContext,
  { client, statusAgain }: AskedEndpoint,
  milestones: readonly Milestone[],
  until: number,
): Promise<Finding> {
  let askedAt = performance.now();
  let answer = await statusAgain();
  // The second look may have waited for other checks until time is up: then there is time for one more.
  for (let looks = 2; answer.ok; looks += 1) {
    const finding = judgeLag(answer.value, milestones, askedAt);
    if (finding.outcome === "passed" && !isBehind(answer.value, milestones)) return finding;
    const isTooLate = looks > 2 && performance.now() > until;
    if (isTooLate || !(await pause(pollIntervalMs, signal))) return finding;
    askedAt = performance.now();
    answer = await settle(client.status());
  }
  return { outcome: "skipped", reason: `did not answer a second time: ${answer.problem.message}` };
}

const isBehind = (status: MemberStatus, milestones: readonly Milestone[]): boolean =>
  status.raftAppliedIndex < highest(status.clusterId, milestones);

const highest = (clusterId: string, milestones: readonly Milestone[]): bigint =>
  milestones
    .filter((milestone) => milestone.clusterId === clusterId)
    .reduce((index, milestone) => (milestone.index > index ? milestone.index : index), 0n);

/**
 * @param status what the member says of itself
 * @param askedAt when it was asked, by `performance.now()`
 */
export function judgeLag(
  {
    clusterId,
    isLearner,
    raftAppliedIndex,
    raftIndex,
  }: Pick<MemberStatus, "clusterId" | "isLearner" | "raftAppliedIndex" | "raftIndex">,
  milestones: readonly Milestone[],
  askedAt: number,
): Finding {
  const old = milestones.filter(({ seenAt }) => askedAt - seenAt >= lateMs);
  const due = highest(clusterId, old);
  const behind = due - raftAppliedIndex;
  if (behind <= 0n) {
    return { outcome: "passed", reason: `applied index ${raftAppliedIndex}` };
  }
  const since = Math.min(...old.filter(({ index }) => index === due).map(({ seenAt }) => seenAt));
  const seconds = ((askedAt - since) / 1000).toFixed(1);
  const remedy =
    raftIndex >= due
      ? "It has these entries and is slow to apply them: look at its CPU, its memory and its disk."
      : "It is slow to get or to store these entries: look at its disk and at the network between the peer URLs. A member that has just come back catches up by itself.";
  return {
    outcome: behind >= failFromEntries && !isLearner ? "failed" : "warned",
    reason: `${behind} entries behind: at index ${raftAppliedIndex}, while ${due} was committed ${seconds} s before`,
    remedy,
  };
}
