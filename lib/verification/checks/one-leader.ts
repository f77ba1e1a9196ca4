import type { EndpointFacts } from "../ask";
import { answering, groupLabels, listed, type Check, type Finding } from "../check";

const electLeader =
  "A leader needs more than half of the voting members, reaching each other on their peer URLs: bring the missing ones back.";

export const oneLeader: Check = {
  id: "one-leader",
  title: "exactly one leader, and all agree on it",
  run: async (context) => {
    const facts = await context.facts;
    const members = answering(facts);
    const nameOf = nameIn(facts);
    if (members.length === 0) {
      return [{ outcome: "skipped", reason: "no member answers" }];
    }
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
        "During an election this passes by itself; if it stays, these are members of different clusters.";
      return [...leaderless, { outcome: "failed", reason, remedy }];
    }
    const [leaderId] = views.keys();
    if (leaderless.length > 0 || leaderId === undefined) {
      return leaderless;
    }
    const leader = members.find(({ status }) => status.isLeader);
    if (leader !== undefined) {
      return [{ outcome: "passed", reason: nameOf(leaderId) }];
    }
    // A few endpoints of a larger cluster may be asked without its leader; a whole cluster has it among its members.
    return context.expectation === undefined
      ? [{ outcome: "passed", reason: `${nameOf(leaderId)}, which is at none of these endpoints` }]
      : [
          {
            outcome: "failed",
            reason: `all name ${nameOf(leaderId)}, which does not answer`,
            remedy: electLeader,
          },
        ];
  },
};

/** Leaders are known by ID; the member lists know their names. */
function nameIn(facts: readonly EndpointFacts[]): (id: string) => string {
  const known = facts.flatMap(({ memberList }) => (memberList.ok ? memberList.value : []));
  return (id) => {
    const name = known.find((member) => member.id === id)?.name ?? "";
    return name === "" ? id : `${name} (${id})`;
  };
}
