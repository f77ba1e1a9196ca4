import type { EndpointFacts } from "../questions/ask";
import {
  answering,
  areOfDifferentClusters,
  differentClusters,
  groupLabels,
  listed,
  type Check,
  type Finding,
} from "../check";

const electLeader =
  "A leader needs more than half of the voting members, reaching each other on their peer URLs: bring the missing ones back.";

export const oneLeader: Check = {
  id: "one-leader",
  title: "exactly one leader, and all agree on it",
  run: async (context) => judgeLeaders(await context.facts),
};

/** Whom the members name as their leader. */
export function judgeLeaders(facts: readonly EndpointFacts[]): Finding[] {
  const members = answering(facts);
  if (members.length === 0) {
    return [{ outcome: "skipped", reason: "no member answers" }];
  }
  if (areOfDifferentClusters(members)) return [differentClusters];
  const known = new Map(
    facts.flatMap(({ memberList }) => (memberList.ok ? memberList.value : [])).map((one) => [one.id, one]),
  );
  const nameOf = (id: string): string => {
    const name = known.get(id)?.name ?? "";
    return name === "" ? id : `${name} (${id})`;
  };
  const leaderless: Finding[] = members
    .filter(({ status }) => status.leaderId === undefined)
    .map(({ target }) => ({
      outcome: "failed",
      target,
      reason: "knows of no leader",
      remedy: electLeader,
    }));
  const followers = members.filter(({ status }) => status.leaderId !== undefined);
  const views = groupLabels(
    followers,
    ({ target }) => target.label,
    ({ status }) => status.leaderId ?? "",
  );
  if (views.size > 1) {
    const said = [...views].map(([id, labels]) => `${listed(labels)}: ${nameOf(id)}`).join("; ");
    const reason = `${views.size} different leaders are named (${said})`;
    const remedy =
      "During an election this passes by itself; if it stays, a member is cut off: see the members' logs.";
    return [...leaderless, { outcome: "failed", reason, remedy }];
  }
  const [leaderId] = views.keys();
  if (leaderless.length > 0 || leaderId === undefined) {
    return leaderless;
  }
  if (members.some(({ status }) => status.isLeader)) {
    return [{ outcome: "passed", reason: nameOf(leaderId) }];
  }
  // It may be a member that nobody gave an endpoint for, or one whose silence another check tells.
  const leader = known.get(leaderId);
  const isSilent = facts.some(
    ({ target, status }) =>
      !status.ok && (target.label === leader?.name || leader?.clientUrls.includes(target.endpoint) === true),
  );
  const where = isSilent ? "does not answer here" : "is at none of these endpoints";
  return [{ outcome: "passed", reason: `${nameOf(leaderId)}, which ${where}` }];
}
