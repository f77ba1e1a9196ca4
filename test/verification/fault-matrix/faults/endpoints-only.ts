import { vi } from "vitest";
import { freePorts } from "../../../support/free-ports";
import type { RawMember } from "../../../support/raw-cluster";
import { OpenCluster } from "../../checks/support/open-cluster";
import { PeerProxies } from "../../checks/support/peer-proxy";
import type { Fault } from "../fault";
import { listedId } from "./membership";

/** etcd changes nothing about the members until all of them have been connected for some seconds. */
const patiently = { timeout: 25_000, interval: 200 };

/** No definition is known: what is wrong has to come out of what the members say. */
export const endpointsOnlyFaults: readonly Fault[] = [
  {
    title: "one of three members is asked, and no definition is known",
    make: ({ cluster }) =>
      Promise.resolve({
        ask: { endpoints: cluster.endpoints.slice(0, 1) },
        says: [
          {
            check: "membership",
            outcome: "warned",
            member: null,
            reason: /^etcd-\d and etcd-\d are in the member list and were not asked$/,
          },
        ],
      }),
  },
  {
    title: "a member is frozen, and no definition is known",
    make: async (ground) => {
      const [victim] = await ground.followers();
      victim.freeze();
      return {
        ask: { endpoints: ground.cluster.endpoints },
        says: [
          {
            check: "member-answers",
            member: victim.endpoint,
            reason: /^takes connections but .*: the process is frozen$/,
            kind: "frozen",
          },
        ],
        undo: () => Promise.resolve(),
      };
    },
  },
  {
    title: "a member was added and has never started, and no definition is known",
    make: async (ground) => {
      const { cluster, isTls } = ground;
      const [port] = await freePorts(1);
      const peerUrl = `${isTls ? "https" : "http"}://127.0.0.1:${port}`;
      const reply = await vi.waitFor(
        () => cluster.etcdctl(["member", "add", "etcd-4", `--peer-urls=${peerUrl}`]),
        patiently,
      );
      const id = /Member\s+([0-9a-f]+) added/.exec(reply)?.[1] ?? "";
      return {
        ask: { endpoints: cluster.endpoints },
        says: [
          {
            check: "membership",
            member: null,
            reason: new RegExp(`^a member that has never started is in the member list \\(${id}, ${peerUrl}`),
          },
        ],
        undo: async () => {
          await vi.waitFor(() => cluster.etcdctl(["member", "remove", id]), patiently);
        },
      };
    },
  },
  {
    title: "a member has missed a change of the member list, and no definition is known",
    transport: "plain text",
    make: async ({ binaries }) => {
      const proxies = new PeerProxies();
      const cluster = await OpenCluster.start({ binaries, advertise: proxies.inFrontOf });
      const [first, ...others] = cluster.members;
      if (first === undefined) throw new Error("no members");
      const list = await cluster.etcdctl(first, ["member", "list"]);
      const leader = await leaderAmong(cluster);
      const victim = [first, ...others].find((member) => member !== leader);
      if (victim === undefined) throw new Error("no follower");
      proxies.hold(listedId(list, victim.name));
      const alias = leader.peerUrl.replace("127.0.0.1", "localhost");
      const update = ["member", "update", listedId(list, leader.name)];
      await cluster.etcdctl(leader, [...update, `--peer-urls=${leader.peerUrl},${alias}`]);
      return {
        ask: { endpoints: cluster.members.map(({ endpoint }) => endpoint) },
        says: [{ check: "membership", member: null, reason: /^the member lists differ \(.*localhost/ }],
        // Nor has it anything else that was written since.
        maySay: [
          { check: "raft-lag", outcome: "warned", member: victim.endpoint, reason: /entries behind/ },
          { check: "write-read", member: victim.endpoint, reason: /not agreed on|no quorum/ },
          { check: "watch-sees", member: victim.endpoint, reason: /^saw no event/ },
        ],
        undo: async () => {
          proxies.release();
          await cluster.stop();
          await proxies.stop();
        },
      };
    },
  },
];

async function leaderAmong(cluster: OpenCluster): Promise<RawMember> {
  for (const member of cluster.members) {
    const row = await cluster.etcdctl(member, ["endpoint", "status", "-w", "simple"]);
    if (row.split(", ")[4] === "true") return member;
  }
  throw new Error("no member is leader");
}
