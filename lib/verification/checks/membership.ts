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
import type { ListedMember } from "../questions/answers";
import type { Target } from "../../client";
import { compareViews } from "../compare-views";
import type { ExpectedMember } from "../expectation";
import { memberViews, removedMembers, type MemberView } from "../member-views";

export const membership: Check = {
  id: "membership",
  title: "members and peer URLs are as defined, and the same in every member list",
  run: async ({ facts, expectation }) => compareMembership(expectation?.members, await facts),
};

/** Where what was defined, if that is known, what each member lists and what each says of itself depart from each other. */
export function compareMembership(
  expected: readonly ExpectedMember[] | undefined,
  facts: readonly EndpointFacts[],
): Finding[] {
  const views = memberViews(facts);
  if (views.length === 0) {
    return [{ outcome: "skipped", reason: "no member gave its member list" }];
  }
  if (areOfDifferentClusters(answering(facts))) return [differentClusters];
  return expected === undefined ? compareViews(views, facts) : compareWithExpected(expected, views, facts);
}

function compareWithExpected(
  expected: readonly ExpectedMember[],
  views: readonly MemberView[],
  facts: readonly EndpointFacts[],
): Finding[] {
  const foreign = foreignCluster(expected, views);
  if (foreign !== undefined) return [foreign];

  const removed = removedMembers(views);
  const isRemoved = ({ target }: { readonly target?: Target | undefined }): boolean =>
    removed.some((finding) => finding.target === target);
  const findings = [
    ...removed,
    ...merge(
      views.map(({ target, list }) => ({ target, findings: differences(expected, list, facts) })),
    ).filter((finding) => !isRemoved(finding)),
    ...facts.filter((fact) => !isRemoved(fact)).flatMap(misplaced),
  ];
  return findings.length > 0 ? findings : [{ outcome: "passed", reason: `${expected.length} members` }];
}

/** Not one of the members that answer has a name or a peer URL of the definition. */
function foreignCluster(
  expected: readonly ExpectedMember[],
  views: readonly MemberView[],
): Finding | undefined {
  const members = new Map(views.flatMap(({ list }) => list).map((member) => [member.id, member]));
  const isKnown = ({ name, peerUrls }: ListedMember): boolean =>
    expected.some((wanted) => wanted.name === name || wanted.peerUrls.some((url) => peerUrls.includes(url)));
  if (members.size === 0 || [...members.values()].some(isKnown)) return undefined;
  return {
    outcome: "failed",
    reason: `another cluster answers, of ${listed([...members.values()].map(nameOf))}`,
    remedy: "Correct the endpoints.",
    lasting: true,
  };
}

/** Where one member's view of the list departs from the definition. */
function differences(
  expected: readonly ExpectedMember[],
  list: readonly ListedMember[],
  facts: readonly EndpointFacts[],
): Finding[] {
  const targetOf = (name: string): Target | undefined =>
    facts.find(({ target }) => target.label === name)?.target;
  const findings: Finding[] = [];
  const recognised = new Set<string>();

  for (const { name, peerUrls } of expected) {
    // A member that has never started has no name yet: its peer URLs tell which one it is.
    const member =
      list.find((candidate) => candidate.name === name) ??
      list.find((candidate) => candidate.name === "" && samePeerUrls(candidate, peerUrls));
    if (member === undefined) {
      findings.push({
        outcome: "failed",
        target: targetOf(name),
        reason: `${name} is not in the member list`,
        remedy: `Add it with \`etcdctl member add ${name} --peer-urls=${peerUrls.join(",")}\`, then start it.`,
      });
      continue;
    }
    recognised.add(member.id);
    if (member.name === "") {
      findings.push({
        outcome: "failed",
        target: targetOf(name),
        reason: `${name} is in the member list but has never started`,
        remedy: "Start it; its log says why if it does not join.",
      });
    } else if (!samePeerUrls(member, peerUrls)) {
      findings.push({
        outcome: "failed",
        target: targetOf(name),
        reason: `${name} has the peer URLs ${member.peerUrls.join(",")}, the definition wants ${peerUrls.join(",")}`,
        remedy: `Correct the definition, or \`etcdctl member update ${member.id} --peer-urls=${peerUrls.join(",")}\`.`,
        lasting: true,
      });
    }
  }
  for (const member of list.filter(({ id }) => !recognised.has(id))) {
    findings.push({
      outcome: "failed",
      reason: `${nameOf(member)} (${member.id}, ${member.peerUrls.join(",")}) is not in the definition`,
      remedy: `Add it to the definition, or \`etcdctl member remove ${member.id}\`.`,
    });
  }
  return findings;
}

/** An endpoint of the definition at which another member answers. */
function misplaced({ target, status, memberList }: EndpointFacts): Finding[] {
  if (!status.ok || !memberList.ok) {
    return [];
  }
  const name = memberList.value.find(({ id }) => id === status.value.memberId)?.name;
  if (name === undefined || name === "" || name === target.label) {
    return [];
  }
  const reason = `${target.endpoint} is answered by ${name}, the definition says ${target.label}`;
  return [
    {
      outcome: "failed",
      target,
      reason,
      remedy: "Correct the endpoint or the member's name.",
      lasting: true,
    },
  ];
}

const nameOf = ({ name }: ListedMember): string => (name === "" ? "an unstarted member" : name);

const samePeerUrls = (member: ListedMember, urls: readonly string[]): boolean =>
  [...member.peerUrls].sort().join() === [...urls].sort().join();

/** One finding instead of one per view; who sees it is said when not everybody does. */
function merge(views: readonly { target: Target; findings: readonly Finding[] }[]): Finding[] {
  const seen = views.flatMap(({ target, findings }) => findings.map((finding) => ({ target, finding })));
  const groups = groupLabels(
    seen,
    ({ target }) => target.label,
    ({ finding }) => finding.reason,
  );
  return [...groups].flatMap(([reason, labels]) => {
    const finding = seen.find((item) => item.finding.reason === reason)?.finding;
    const seenBy = labels.length < views.length ? ` (so says ${listed(labels)})` : "";
    return finding === undefined ? [] : [{ ...finding, reason: `${reason}${seenBy}` }];
  });
}
