import {
  areOfDifferentClusters,
  differentClusters,
  listed,
  type AskedEndpoint,
  type Check,
  type Finding,
} from "../check";
import type { Target } from "../../client";
import type { MemberStatus } from "../questions/answers";
import { processAgeMs } from "./process-age";

/** etcd's own alert, etcdHighNumberOfLeaderChanges: https://github.com/etcd-io/etcd/blob/main/contrib/mixin/mixin.libsonnet */
const warnAtChanges = 4;
const perMs = 15 * 60_000;

const remedy =
  "Elections come of slow disks, lost packets between the peers and too little CPU: see the members' logs. In a slow network raise heartbeat interval and election timeout.";

/** One member, before and after. */
export interface Watched {
  readonly target: Target;
  readonly first: MemberStatus;
  readonly again: MemberStatus;
  readonly watchedMs: number;
}

export const stableLeader: Check = {
  id: "stable-leader",
  title: "the leader stays the leader",
  looksTwice: true,
  run: async ({ endpoints }) => {
    const [watched, often] = await Promise.all([
      Promise.all(endpoints.map(watch)),
      Promise.all(endpoints.map(frequentChanges)),
    ]);
    const finding = judgeLeader(watched.flat());
    const warnings = often.flat();
    return finding.outcome === "passed" && warnings.length > 0 ? warnings : [finding, ...warnings];
  },
};

async function watch({ target, status, statusAgain }: AskedEndpoint): Promise<Watched[]> {
  const first = await status;
  const since = performance.now();
  const again = await statusAgain();
  return first.ok && again.ok
    ? [{ target, first: first.value, again: again.value, watchedMs: performance.now() - since }]
    : [];
}

/**
 * Judges only what was in order to begin with: another check has already said so of a leader that is missing, disputed or dead.
 *
 * @param members those that answered twice
 */
export function judgeLeader(members: readonly Watched[]): Finding {
  const [sample] = members;
  if (sample === undefined) return { outcome: "skipped", reason: "no member answers" };
  const { leaderId, raftTerm } = sample.first;
  if (areOfDifferentClusters(members.map(({ target, first }) => ({ target, status: first })))) {
    return differentClusters;
  }
  if (
    leaderId === undefined ||
    members.some(({ first }) => first.leaderId !== leaderId || first.raftTerm !== raftTerm)
  ) {
    return { outcome: "skipped", reason: "the members did not agree on a leader to begin with" };
  }
  if (!members.some(({ first }) => first.isLeader)) {
    return { outcome: "skipped", reason: "the leader is at none of the endpoints that answered" };
  }
  const seconds = (Math.max(...members.map(({ watchedMs }) => watchedMs)) / 1000).toFixed(1);
  const nameOf = (id: string): string =>
    members.find(({ first }) => first.memberId === id)?.target.label ?? id;
  const changed = members.filter(({ again }) => again.leaderId !== leaderId || again.raftTerm !== raftTerm);
  if (changed.length === 0) {
    return { outcome: "passed", reason: `${nameOf(leaderId)} in term ${raftTerm}, watched for ${seconds} s` };
  }
  const latest = changed.reduce((one, other) =>
    other.again.raftTerm > one.again.raftTerm ? other : one,
  ).again;
  const terms = `term ${raftTerm} to ${latest.raftTerm}, within ${seconds} s`;
  const reason =
    latest.leaderId === undefined
      ? `${listed(changed.map(({ target }) => target.label))} lost the leader ${nameOf(leaderId)} (${terms})`
      : latest.leaderId === leaderId
        ? `${nameOf(leaderId)} had to be elected anew (${terms})`
        : `the leader changed from ${nameOf(leaderId)} to ${nameOf(latest.leaderId)} (${terms})`;
  return { outcome: "failed", reason, remedy };
}

async function frequentChanges({ target, status, metrics }: AskedEndpoint): Promise<Finding[]> {
  const [answer, measured] = await Promise.all([status, metrics()]);
  if (!answer.ok || !measured.ok) return [];
  const seen = measured.value.value("etcd_server_leader_changes_seen_total");
  const ageMs = processAgeMs(measured.value);
  const finding = seen === undefined || ageMs === undefined ? undefined : judgeChanges(seen, ageMs);
  return finding === undefined ? [] : [{ ...finding, target }];
}

/**
 * @param seen by one process since its start
 * @returns undefined if that is not often
 */
export function judgeChanges(seen: number, processAgeMs: number): Finding | undefined {
  // The first leader that a process hears of is counted as well.
  const changes = seen - 1;
  if (changes < warnAtChanges * Math.max(1, processAgeMs / perMs)) return undefined;
  const minutes = Math.max(1, Math.ceil(processAgeMs / 60_000));
  return {
    outcome: "warned",
    reason: `has seen the leader change ${changes} times in the ${minutes} min since it started`,
    remedy,
  };
}
