import type { ClusterExpectation } from "../../../../lib/verification";
import type { Fault } from "../fault";

/** The cluster is well, but it is not what the definition says: nothing of it is changed. */
const departing = (
  fault: Pick<Fault, "title"> & {
    readonly change: (defined: ClusterExpectation, scheme: string) => Partial<ClusterExpectation>;
    readonly says: (defined: ClusterExpectation) => Awaited<ReturnType<Fault["make"]>>["says"];
    readonly maySay?: Awaited<ReturnType<Fault["make"]>>["maySay"];
  },
): Fault => ({
  title: fault.title,
  make: ({ expectation, isTls }) =>
    Promise.resolve({
      ask: { expectation: { ...expectation, ...fault.change(expectation, isTls ? "https" : "http") } },
      says: fault.says(expectation),
      maySay: fault.maySay,
    }),
});

export const definitionFaults: readonly Fault[] = [
  departing({
    title: "the definition has another peer URL for a member",
    change: ({ members }, scheme) => ({
      members: members.map((member) =>
        member.name === "etcd-2" ? { ...member, peerUrls: [`${scheme}://127.0.0.1:1`] } : member,
      ),
    }),
    says: () => [
      {
        check: "membership",
        member: "etcd-2",
        reason: /^etcd-2 has the peer URLs .*, the definition wants /,
      },
    ],
  }),
  departing({
    title: "the definition lacks a member",
    change: ({ members }) => ({ members: members.slice(0, 2) }),
    says: () => [{ check: "membership", reason: /^etcd-3 \(.*is not in the definition$/ }],
  }),
  departing({
    title: "the definition has a member that nobody added",
    change: ({ members }, scheme) => ({
      members: [
        ...members,
        { name: "etcd-4", endpoint: `${scheme}://127.0.0.1:1`, peerUrls: [`${scheme}://127.0.0.1:2`] },
      ],
    }),
    says: () => [
      { check: "member-answers", member: "etcd-4", reason: /^connection refused$/, kind: "refused" },
      { check: "membership", member: "etcd-4", reason: /^etcd-4 is not in the member list$/ },
    ],
  }),
  departing({
    title: "the definition has two endpoints exchanged",
    change: ({ members: [first, second, ...others] }) => ({
      members: [
        { ...first!, endpoint: second!.endpoint },
        { ...second!, endpoint: first!.endpoint },
        ...others,
      ],
    }),
    says: () => [
      { check: "membership", member: "etcd-1", reason: /is answered by etcd-2, the definition says etcd-1$/ },
      { check: "membership", member: "etcd-2", reason: /is answered by etcd-1, the definition says etcd-2$/ },
    ],
  }),
  departing({
    title: "the definition wants other client URLs for a member",
    change: ({ members }, scheme) => ({
      members: members.map((member) =>
        member.name === "etcd-2" ? { ...member, clientUrls: [`${scheme}://10.0.0.2:2379`] } : member,
      ),
    }),
    says: () => [
      {
        check: "advertised-urls",
        member: "etcd-2",
        reason: /^etcd-2 advertises the client URLs .*, the definition wants /,
      },
    ],
  }),
  departing({
    title: "the definition wants another release",
    change: () => ({ release: "v3.0.0" }),
    says: ({ members, release }) =>
      members.map(({ name }) => ({
        check: "release",
        member: name,
        reason: new RegExp(`^runs ${release}, the definition wants 3\\.0\\.0$`),
      })),
  }),
  departing({
    title: "a voting member is declared as a learner",
    change: () => ({ learners: ["etcd-3"] }),
    says: () => [
      { check: "learners", member: "etcd-3", reason: /^etcd-3 is declared as a learner but votes$/ },
    ],
  }),
  departing({
    title: "a member was made a learner in the definition after the deploy",
    change: ({ members, release }) => ({
      defined: { source: "cluster.yaml", members, release, learners: ["etcd-3"] },
    }),
    says: () => [{ check: "definition", outcome: "warned", reason: /: etcd-3 is declared as a learner$/ }],
  }),
  departing({
    title: "the definition was edited after the deploy",
    change: ({ members }) => ({ defined: { source: "cluster.yaml", members: members.slice(0, 2) } }),
    says: () => [{ check: "definition", outcome: "warned", reason: /etcd-3/ }],
  }),
];
