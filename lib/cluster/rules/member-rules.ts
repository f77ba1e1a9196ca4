import { failureTolerance } from "../cluster";
import { DEFAULT_MEMBER_COUNT, MEMBER_COUNTS, namedMembers } from "../members";
import { mistakeAt, repeated, type Rule } from "./rule";

const memberCount: Rule = {
  id: "member-count",
  check({ members = DEFAULT_MEMBER_COUNT }) {
    const count = typeof members === "number" ? members : members.length;
    if (MEMBER_COUNTS.includes(count)) return [];
    const isEven = count > 0 && count < 8 && count % 2 === 0;
    return [
      mistakeAt(
        ["members"],
        `must be 1, 3, 5 or 7 members, got ${count}`,
        isEven
          ? `${count} members survive as many failures as ${count - 1} do (${failureTolerance(count)}), and one more has to agree to each write: take ${count - 1} or ${count + 1}`
          : "3 members survive one failure, 5 survive two",
      ),
    ];
  },
};

const uniqueMemberNames: Rule = {
  id: "unique-member-names",
  check(definition) {
    const names = namedMembers(definition).map(({ name }) => name);
    return repeated(names).map(({ index, item, first }) =>
      mistakeAt(
        ["members", index, "name"],
        `is the name of members[${first}] already, got "${item}"`,
        "give each member its own name",
      ),
    );
  },
};

const learnersAreNotMembers: Rule = {
  id: "learners-are-not-members",
  needs: ["members[].name"],
  check(definition) {
    const names = namedMembers(definition).map(({ name }) => name);
    return (definition.learners ?? []).flatMap((learner, index) =>
      names.includes(learner)
        ? [
            mistakeAt(
              ["learners", index],
              `is a voting member of this definition, got "${learner}"`,
              "a learner is added by hand and is not in members",
            ),
          ]
        : [],
    );
  },
};

export const memberRules: readonly Rule[] = [memberCount, uniqueMemberNames, learnersAreNotMembers];
