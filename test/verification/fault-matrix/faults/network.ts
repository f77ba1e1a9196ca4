import { freePorts } from "../../../support/free-ports";
import type { RawMember } from "../../../support/raw-cluster";
import { blackHole, gateway, silentListener, type Listener } from "../../support/listeners";
import type { Accusation, Fault, Made } from "../fault";
import type { Ground } from "../ground";
import { cutOffFromPeers } from "../support/packet-filter";
import { noQuorum } from "./no-quorum";

/** The third member is asked at another endpoint than its own. */
async function misdirected(
  ground: Ground,
  endpoint: string,
  accusation: Pick<Accusation, "reason" | "kind">,
  undo?: () => Promise<void>,
): Promise<Made> {
  const members = ground.expectation.members.map((member) =>
    member.name === "etcd-3" ? { ...member, endpoint } : member,
  );
  return Promise.resolve({
    ask: { expectation: { ...ground.expectation, members } },
    says: [{ check: "member-answers", member: "etcd-3", ...accusation }],
    // What is known against a release whose TLS port can be reached over a network.
    maySay: [{ check: "known-releases", outcome: "warned", reason: /TLS port \(CVE/ }],
    undo,
  });
}

/** A listener speaks no TLS, and its endpoint says so: etcd's has the scheme of the cluster. */
const inSchemeOf = ({ isTls }: Ground, { endpoint }: Listener): string =>
  isTls ? endpoint.replace(/^http:/, "https:") : endpoint;

/** Besides having no quorum. */
const cutOff = ({ name }: RawMember): Accusation[] => [
  { check: "raft-term", reason: /different terms/ },
  { check: "raft-lag", outcome: "warned", member: name, reason: /entries behind/ },
];

export const networkFaults: readonly Fault[] = [
  {
    title: "the endpoint has a port at which nothing listens",
    make: async (ground) => {
      const [port] = await freePorts(1);
      const endpoint = inSchemeOf(ground, {
        endpoint: `http://127.0.0.1:${port}`,
        stop: () => Promise.resolve(),
      });
      return misdirected(ground, endpoint, { reason: /^connection refused$/, kind: "refused" });
    },
  },
  {
    title: "the endpoint is that of a web server",
    make: async (ground) => {
      const server = await gateway();
      return misdirected(ground, inSchemeOf(ground, server), { reason: /no etcd|does not speak/ }, () =>
        server.stop(),
      );
    },
  },
  {
    title: "the endpoint is that of a program that never answers",
    make: async (ground) => {
      const listener = await silentListener();
      return misdirected(
        ground,
        inSchemeOf(ground, listener),
        {
          reason: /: its member runs and the cluster has a leader, so the endpoint is another program's or /,
          kind: "not-serving",
        },
        () => listener.stop(),
      );
    },
  },
  {
    title: "packets to the endpoint get lost",
    make: async (ground) => {
      const hole = await blackHole();
      return misdirected(
        ground,
        inSchemeOf(ground, hole),
        { reason: /^no reply to the attempt to connect/, kind: "unreachable" },
        () => hole.stop(),
      );
    },
  },
  {
    title: "the endpoint's host name does not resolve",
    make: (ground) =>
      // Reserved, so that nobody ever has it: RFC 6761, 6.4.
      misdirected(ground, `${ground.isTls ? "https" : "http"}://etcd-3.invalid:2379`, {
        reason: /^the host name does not resolve$/,
      }),
  },
  {
    title: "there is no route to the endpoint",
    make: (ground) =>
      // Reserved for future use, which Linux has no routes to: RFC 1112, 4.
      misdirected(ground, `${ground.isTls ? "https" : "http"}://[100::1]:2379`, {
        reason: /^no (?:route|reply)/,
      }),
  },
  {
    title: "the leader is cut off from its peers",
    make: async (ground) => {
      const leader = await ground.leader();
      const followers = await ground.followers();
      const restore = await cutOffFromPeers(
        leader,
        ground.cluster.members.map(({ peerUrl }) => peerUrl),
      );
      // One after the other: what a peer sent before the cut may still make it a follower for a moment.
      await ground.elected(followers);
      await ground.leaderless(leader);
      return {
        says: noQuorum(leader),
        maySay: cutOff(leader),
        undo: restore,
      };
    },
  },
  {
    title: "a follower is cut off from its peers",
    make: async (ground) => {
      const [victim] = await ground.followers();
      const restore = await cutOffFromPeers(
        victim,
        ground.cluster.members.map(({ peerUrl }) => peerUrl),
      );
      await ground.leaderless(victim);
      return {
        says: noQuorum(victim),
        maySay: cutOff(victim),
        undo: restore,
      };
    },
  },
];
