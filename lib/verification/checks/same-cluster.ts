import { answering, groupLabels, listed, type Check } from "../check";

export const sameCluster: Check = {
  id: "same-cluster",
  title: "all members have the same cluster ID",
  run: async ({ facts }) => {
    const members = answering(await facts);
    const groups = groupLabels(
      members,
      ({ target }) => target.label,
      ({ status }) => status.clusterId,
    );
    const [first, ...others] = [...groups];
    if (first === undefined) {
      return [{ outcome: "skipped", reason: "no member answers" }];
    }
    if (others.length === 0) {
      return [{ outcome: "passed", reason: `cluster ID ${first[0]}` }];
    }
    const views = [...groups].map(([id, labels]) => `${listed(labels)}: ${id}`).join("; ");
    return [
      {
        outcome: "failed",
        reason: `${groups.size} different clusters answer (${views})`,
        remedy:
          "Correct the endpoints. If a member formed a cluster of its own, remove its data and let it join as a new member.",
        lasting: true,
      },
    ];
  },
};
