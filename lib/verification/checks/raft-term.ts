import {
  answering,
  areOfDifferentClusters,
  differentClusters,
  groupLabels,
  listed,
  type Check,
} from "../check";

export const raftTerm: Check = {
  id: "raft-term",
  title: "all members are in the same raft term",
  run: async ({ facts }) => {
    const members = answering(await facts);
    const terms = groupLabels(
      members,
      ({ target }) => target.label,
      ({ status }) => String(status.raftTerm),
    );
    const [term] = terms.keys();
    if (term === undefined) {
      return [{ outcome: "skipped", reason: "no member answers" }];
    }
    if (areOfDifferentClusters(members)) return [differentClusters];
    if (terms.size === 1) {
      return [{ outcome: "passed", reason: `term ${term}` }];
    }
    const said = [...terms].map(([value, labels]) => `${listed(labels)}: ${value}`).join("; ");
    return [
      {
        outcome: "failed",
        reason: `the members are in different terms (${said})`,
        remedy:
          "A member in another term is cut off or holds elections: check the network between the peer URLs and the load.",
      },
    ];
  },
};
