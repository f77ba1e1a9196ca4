import { type RuleExamples } from "./example";

export const memberRuleExamples: RuleExamples = {
  "member-count": [
    {
      target: "local",
      text: `name: demo
members: 4`,
      says: `cluster.yaml:2:10 members: must be 1, 3, 5 or 7 members, got 4
    4 members survive as many failures as 3 do (1), and one more has to agree to each write: take 3 or 5`,
    },
    {
      target: "local",
      text: `name: demo
members: 0`,
      says: `cluster.yaml:2:10 members: must be 1, 3, 5 or 7 members, got 0
    3 members survive one failure, 5 survive two`,
    },
    {
      target: "local",
      text: `name: demo
members: -3`,
      says: `cluster.yaml:2:10 members: must be 1, 3, 5 or 7 members, got -3
    3 members survive one failure, 5 survive two`,
    },
    {
      target: "local",
      text: `name: demo
members: 2.5`,
      says: `cluster.yaml:2:10 members: must be 1, 3, 5 or 7 members, got 2.5
    3 members survive one failure, 5 survive two`,
    },
    {
      target: "local",
      text: `name: demo
members: 9`,
      says: `cluster.yaml:2:10 members: must be 1, 3, 5 or 7 members, got 9
    3 members survive one failure, 5 survive two`,
    },
    {
      target: "aws",
      text: `name: demo
members: 1000000
aws: { region: eu-central-1 }`,
      says: `cluster.yaml:2:10 members: must be 1, 3, 5 or 7 members, got 1000000
    3 members survive one failure, 5 survive two`,
    },
    {
      target: "local",
      text: `name: demo
members:
  - name: a
  - name: b`,
      says: `cluster.yaml:3:3 members: must be 1, 3, 5 or 7 members, got 2
    2 members survive as many failures as 1 do (0), and one more has to agree to each write: take 1 or 3`,
    },
    {
      target: "local",
      text: `name: demo
members: []`,
      says: `cluster.yaml:2:10 members: must be 1, 3, 5 or 7 members, got 0
    3 members survive one failure, 5 survive two`,
    },
  ],
  "unique-member-names": [
    {
      target: "local",
      text: `name: demo
members:
  - name: a
  - name: b
  - name: a`,
      says: `cluster.yaml:5:11 members[2].name: is the name of members[0] already, got "a"
    give each member its own name`,
    },
  ],
  "learners-are-not-members": [
    {
      target: "local",
      text: `name: demo
learners: [spare, etcd-1]`,
      says: `cluster.yaml:2:19 learners[1]: is a voting member of this definition, got "etcd-1"
    a learner is added by hand and is not in members`,
    },
  ],
};
