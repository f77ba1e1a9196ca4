import { expect, test } from "vitest";
import { judgeLeaders } from "../../../lib/verification/checks/one-leader";
import type { MemberStatus } from "../../../lib/verification";
import type { EndpointFacts } from "../../../lib/verification/questions/ask";
import { factsOf, silent, type SaidMember } from "../support/facts";

const members: SaidMember[] = ["a", "b", "c"].map((name, index) => {
  const endpoint = `http://10.0.0.${index}:2379`;
  return { name, endpoint, peerUrls: [`http://10.0.0.${index}:2380`], clientUrls: [endpoint] };
});
const [first, second, third] = factsOf(members) as [EndpointFacts, EndpointFacts, EndpointFacts];

function saying(facts: EndpointFacts, change: Partial<MemberStatus>): EndpointFacts {
  const { status } = facts;
  return status.ok ? { ...facts, status: { ...status, value: { ...status.value, ...change } } } : facts;
}

/** As it is asked where no definition gives it a name. */
function nameless(facts: EndpointFacts): EndpointFacts {
  return { ...facts, target: { ...facts.target, label: facts.target.endpoint } };
}

const judge = (facts: readonly EndpointFacts[]): string[] =>
  judgeLeaders(facts).map(({ outcome, target, reason }) =>
    [outcome, target?.label, reason].filter((text) => text !== undefined).join(": "),
  );

test("a leader that all name is told by its name", () => {
  expect(judge([first, second, third])).toEqual(["passed: a (a0)"]);
});

test.each([
  ["has a name", (facts: EndpointFacts) => facts],
  ["is asked by its endpoint only", nameless],
])("a leader that does not answer is told from one that nobody asked, also if it %s", (_, named) => {
  expect(judge([silent(first), second, third].map(named))).toEqual([
    "passed: a (a0), which does not answer here",
  ]);
  expect(judge([second, third].map(named))).toEqual(["passed: a (a0), which is at none of these endpoints"]);
});

test("two leaders, and none, fail", () => {
  expect(judge([first, second, saying(third, { leaderId: "a1" })])).toEqual([
    "failed: 2 different leaders are named (a and b: a (a0); c: b (a1))",
  ]);
  expect(judge([first, second, saying(third, { leaderId: undefined })])).toEqual([
    "failed: c: knows of no leader",
  ]);
});

test("members of different clusters have leaders of their own, which is no dispute", () => {
  const stranger = saying(third, { clusterId: "c2", leaderId: "b0" });
  expect(judge([first, second, stranger])).toEqual(["skipped: the endpoints belong to different clusters"]);
});
