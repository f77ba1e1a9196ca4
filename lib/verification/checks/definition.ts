import type { Check, Finding } from "../check";
import type { ClusterExpectation, DefinedCluster } from "../expectation";

type DefinedMember = DefinedCluster["members"][number];

export const definition: Check = {
  id: "definition",
  title: "what was deployed is what the definition says now",
  skip: ({ expectation }) =>
    expectation?.defined === undefined ? "no definition is known apart from what was deployed" : undefined,
  // eslint-disable-next-line @typescript-eslint/require-await -- nobody has to be asked, but a check is asynchronous
  run: async ({ expectation }) =>
    expectation?.defined === undefined ? [] : compareWithDefinition(expectation, expectation.defined),
};

/** What was edited since the deploy. */
export function compareWithDefinition(
  deployed: Pick<ClusterExpectation, "members" | "release" | "learners">,
  defined: DefinedCluster,
): Finding[] {
  const changes = [
    ...changedMembers(deployed.members, defined.members),
    ...changedLearners(deployed, defined),
    ...(deployed.release === defined.release
      ? []
      : [`the release from ${deployed.release ?? "any"} to ${defined.release ?? "any"}`]),
  ];
  return changes.length === 0
    ? [{ outcome: "passed", reason: `as ${defined.source} says` }]
    : [
        {
          outcome: "warned",
          reason: `${defined.source} was edited since the deploy: ${changes.join("; ")}`,
          remedy: "Deploy it with `cdktf-etcd up`, or take the edit back.",
        },
      ];
}

function changedMembers(deployed: readonly DefinedMember[], defined: readonly DefinedMember[]): string[] {
  const gone = deployed.filter(({ name }) => !defined.some((member) => member.name === name));
  const added = defined.filter(({ name }) => !deployed.some((member) => member.name === name));
  const renamed = gone.flatMap((from) => {
    const to = added.find((member) => member.endpoint === from.endpoint && sameUrls(member, from));
    return to === undefined ? [] : [{ from, to }];
  });
  const isRenamed = (member: DefinedMember): boolean =>
    renamed.some(({ from, to }) => from === member || to === member);
  return [
    ...renamed.map(({ from, to }) => `${from.name} is called ${to.name}`),
    ...added.filter((member) => !isRenamed(member)).map(({ name }) => `${name} is new`),
    ...gone.filter((member) => !isRenamed(member)).map(({ name }) => `${name} is gone`),
    ...deployed.flatMap((before) => {
      const now = defined.find(({ name }) => name === before.name);
      return now === undefined ? [] : changedUrls(before, now);
    }),
  ];
}

/** Of those that are on both sides: whoever is new or gone is told as that. */
function changedLearners(
  deployed: Pick<ClusterExpectation, "members" | "learners">,
  defined: DefinedCluster,
): string[] {
  return defined.members.flatMap(({ name }): string[] => {
    if (!deployed.members.some((before) => before.name === name)) return [];
    const was = deployed.learners?.includes(name) ?? false;
    const is = defined.learners?.includes(name) ?? false;
    if (was === is) return [];
    return [is ? `${name} is declared as a learner` : `${name} is no longer declared as a learner`];
  });
}

function changedUrls(before: DefinedMember, now: DefinedMember): string[] {
  return [
    ...(before.endpoint === now.endpoint
      ? []
      : [`${now.name}'s endpoint from ${before.endpoint} to ${now.endpoint}`]),
    ...(sameUrls(before, now)
      ? []
      : [`${now.name}'s peer URLs from ${before.peerUrls.join(",")} to ${now.peerUrls.join(",")}`]),
  ];
}

const sameUrls = (a: DefinedMember, b: DefinedMember): boolean =>
  [...a.peerUrls].sort().join() === [...b.peerUrls].sort().join();
