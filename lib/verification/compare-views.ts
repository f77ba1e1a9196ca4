import { groupLabels, listed, type Finding } from "./check";
import { haveSameAddress } from "./hearsay";
import { removedMembers, type MemberView } from "./member-views";
import type { ListedMember } from "./questions/answers";
import type { EndpointFacts } from "./questions/ask";

/** What the member lists say against each other, and of members that nobody asked: all that can be known without a definition. */
export function compareViews(views: readonly MemberView[], facts: readonly EndpointFacts[]): Finding[] {
  const removed = removedMembers(views);
  const others = views.filter(({ target }) => !removed.some((finding) => finding.target === target));
  const members = [
    ...new Map(others.flatMap(({ list }) => list).map((member) => [member.id, member])).values(),
  ];
  const findings = [
    ...removed,
    ...dispute(others),
    ...members.filter(({ name }) => name === "").map(neverStarted),
    ...notAsked(
      members.filter(({ name }) => name !== ""),
      facts,
    ),
  ];
  const agree = views.length === 1 ? "" : ", the same in every list";
  return findings.length > 0
    ? findings
    : [
        {
          outcome: "passed",
          reason: `${members.length} ${members.length === 1 ? "member" : "members"}${agree}`,
        },
      ];
}

function dispute(views: readonly MemberView[]): Finding[] {
  const groups = groupLabels(
    views,
    ({ target }) => target.label,
    ({ list }) => list.map(asInInitialCluster).sort().join(","),
  );
  if (groups.size < 2) return [];
  const said = [...groups].map(([list, labels]) => `${listed(labels)}: ${list}`).join("; ");
  return [
    {
      outcome: "failed",
      reason: `the member lists differ (${said})`,
      remedy:
        "Just after a change this passes by itself; if it stays, one is cut off or was started with --force-new-cluster: see the members' logs.",
    },
  ];
}

const asInInitialCluster = ({ id, name, peerUrls }: ListedMember): string =>
  [...peerUrls]
    .sort()
    .map((url) => `${name === "" ? id : name}=${url}`)
    .join(",");

function neverStarted({ id, peerUrls, isLearner }: ListedMember): Finding {
  const who = `${isLearner ? "a learner" : "a member"} that has never started`;
  return {
    // The others do without a learner; what does not run and votes is missing for a quorum.
    outcome: isLearner ? "warned" : "failed",
    reason: `${who} is in the member list (${id}, ${peerUrls.join(",")})`,
    remedy: `Start it (its log says why if it does not join), or \`etcdctl member remove ${id}\`.`,
  };
}

/** What is said of the cluster is not said of these. Whoever was asked and is silent is the business of another check. */
function notAsked(members: readonly ListedMember[], facts: readonly EndpointFacts[]): Finding[] {
  const answered = new Set(facts.flatMap(({ status }) => (status.ok ? [status.value.memberId] : [])));
  const silent = facts.filter(({ status }) => !status.ok).map(({ target }) => target.endpoint);
  const missing = members.filter(({ id }) => !answered.has(id));
  const isAt = ({ clientUrls }: ListedMember, endpoint: string): boolean =>
    clientUrls.some((url) => haveSameAddress(url, endpoint));
  const unknown = missing.filter((member) => !silent.some((endpoint) => isAt(member, endpoint)));
  // Members may be silent at endpoints that they do not advertise.
  const elsewhere = silent.filter((endpoint) => !missing.some((member) => isAt(member, endpoint)));
  if (unknown.length <= elsewhere.length) return [];
  const [is, was] = unknown.length === 1 ? ["is", "was"] : ["are", "were"];
  const what = elsewhere.length === 0 ? `${was} not asked` : "answered at none of the endpoints";
  const urls = members.flatMap(({ clientUrls }) => clientUrls.slice(0, 1));
  return [
    {
      outcome: "warned",
      reason: `${listed(unknown.map(({ name }) => name))} ${is} in the member list and ${what}`,
      remedy: `Nothing is known of ${unknown.length === 1 ? "it" : "them"}: ask all members, --endpoints ${urls.join(",")}.`,
    },
  ];
}
