import { answering, type Check, type Finding } from "../check";

export const learners: Check = {
  id: "learners",
  title: "no member is a learner unless declared as one",
  run: async ({ facts, expectation }) => {
    const declared = new Set(expectation?.learners ?? []);
    const members = answering(await facts);
    if (members.length === 0) {
      return [{ outcome: "skipped", reason: "no member answers" }];
    }
    // The list also shows learners that nobody gave an endpoint for.
    const inList = (await facts).flatMap(({ memberList }) => (memberList.ok ? memberList.value : []));
    const undeclared = new Map(
      inList
        .filter(({ isLearner, name }) => isLearner && !declared.has(name))
        .map(({ id, name }) => [id, name === "" ? id : name]),
    );
    const findings: Finding[] = [...undeclared].map(([id, name]) => ({
      // Without a definition nobody can have declared it.
      outcome: expectation === undefined ? "warned" : "failed",
      target: members.find(({ status }) => status.memberId === id)?.target,
      reason: `${name} is a learner: it does not vote`,
      remedy: "Promote it with `etcdctl member promote` once it has caught up, or declare it as a learner.",
    }));
    for (const { target, status } of members) {
      if (declared.has(target.label) && !status.isLearner) {
        findings.push({
          outcome: "failed",
          target,
          reason: `${target.label} is declared as a learner but votes`,
          remedy: "Take it off the declared learners; a member never becomes a learner again.",
          lasting: true,
        });
      }
    }
    const count = inList.filter(({ isLearner }) => isLearner).length;
    return findings.length > 0
      ? findings
      : [{ outcome: "passed", reason: count === 0 ? "none" : "as declared" }];
  },
};
