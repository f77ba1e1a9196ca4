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
import type { ListedMember, MemberStatus } from "../questions/answers";
import type { Target } from "../../client";
import type { ExpectedMember } from "../expectation";

/** The member list as one member has it. */
interface View {
  readonly target: Target;
  /** Undefined if that member gave none. */
  readonly status: MemberStatus | undefined;
  readonly list: readonly ListedMember[];
}

export const membership: Check = {
  id: "membership",
  title: "members and peer URLs are exactly as defined",
  skip: ({ expectation }) =>
    expectation === undefined ? "no definition to compare the member list with" : undefined,
  run: async ({ facts, expectation }) => compareMembership(expectation?.members ?? [], await facts),
};

/** Where what was defined, what each member lists and what each says of itself depart from each other. */
export function compareMembership(
  expected: readonly ExpectedMember[],
  facts: readonly EndpointFacts[],
): Finding[] {
  const views = facts.flatMap(({ target, status, memberList }): View[] =>
    memberList.ok ? [{ target, status: status.ok ? status.value : undefined, list: memberList.value }] : [],
  );
  if (views.length === 0) {
    return [{ outcome: "skipped", reason: "no member gave its member list" }];
  }
  if (areOfDifferentClusters(answering(facts))) return [differentClusters];
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
function foreignCluster(expected: readonly ExpectedMember[], views: readonly View[]): Finding | undefined {
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

/**
 * Members that answer, but were removed and may not have heard of it. Who is behind them in the log says nothing: a list without
 * them may be one from before they were added.
 */
function removedMembers(views: readonly View[]): Finding[] {
  return views.flatMap((view): Finding[] => {
    const { target, status } = view;
    if (status === undefined) return [];
    const without = views.filter(
      (other) =>
        !other.list.some(({ id }) => id === status.memberId) &&
        (other === view || (other.status?.raftAppliedIndex ?? 0n) > status.raftAppliedIndex),
    );
    if (without.length === 0) return [];
    const said = without.includes(view)
      ? "it says so itself"
      : `so ${without.length === 1 ? "says" : "say"} ${listed(without.map((other) => other.target.label))}`;
    return [
      {
        outcome: "failed",
        target,
        reason: `answers as ${status.memberId}, which is no longer a member (${said})`,
        remedy:
          "Stop it; if it is meant to be a member, delete its data, add it with `etcdctl member add` and start it anew.",
      },
    ];
  });
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
