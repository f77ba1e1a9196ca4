import { expect, vi } from "vitest";
import { freePorts } from "../../../support/free-ports";
import type { Fault } from "../fault";
import type { Ground } from "../ground";

const scheme = ({ isTls }: Ground): string => (isTls ? "https" : "http");

/** etcd changes nothing about the members until all of them have been connected for some seconds. */
const patiently = { timeout: 25_000, interval: 200 };

export const listedId = (list: string, name: string): string => {
  const id = new RegExp(`^([0-9a-f]+), .*, ${name}, `, "m").exec(list)?.[1];
  if (id === undefined) throw new Error(`no ${name} in\n${list}`);
  return id;
};

async function remove({ cluster }: Ground, id: string): Promise<void> {
  await vi.waitFor(() => cluster.etcdctl(["member", "remove", id]), patiently);
}

export const membershipFaults: readonly Fault[] = [
  {
    title: "a member is a learner and not declared as one",
    make: async (ground) => {
      const { cluster, expectation } = ground;
      const learner = await cluster.addLearner("etcd-4");
      const id = listedId(await cluster.etcdctl(["member", "list"]), "etcd-4");
      const fourth = { name: "etcd-4", endpoint: learner.endpoint, peerUrls: [learner.peerUrl] };
      return {
        ask: { expectation: { ...expectation, members: [...expectation.members, fourth] } },
        says: [{ check: "learners", member: "etcd-4", reason: /^etcd-4 is a learner: it does not vote$/ }],
        undo: async () => {
          await remove(ground, id);
          await learner.kill();
        },
      };
    },
  },
  {
    title: "a member was removed, and the definition still has it",
    make: async (ground) => {
      const { cluster, expectation } = ground;
      const learner = await cluster.addLearner("etcd-5");
      await remove(ground, listedId(await cluster.etcdctl(["member", "list"]), "etcd-5"));
      // A member that hears of its own removal ends.
      await vi.waitFor(() => {
        if (learner.isRunning) throw new Error("it still runs");
      }, patiently);
      const fourth = { name: "etcd-5", endpoint: learner.endpoint, peerUrls: [learner.peerUrl] };
      return {
        ask: {
          expectation: { ...expectation, members: [...expectation.members, fourth], learners: ["etcd-5"] },
        },
        says: [
          { check: "member-answers", member: "etcd-5", reason: /^connection refused$/, kind: "refused" },
          { check: "membership", member: "etcd-5", reason: /^etcd-5 is not in the member list$/ },
        ],
        undo: () => learner.kill(),
      };
    },
  },
  {
    title: "a member was added and has never started",
    make: async (ground) => {
      const { cluster, expectation } = ground;
      const [clientPort, peerPort] = await freePorts(2);
      const peerUrl = `${scheme(ground)}://127.0.0.1:${peerPort}`;
      const reply = await vi.waitFor(
        () => cluster.etcdctl(["member", "add", "etcd-4", "--learner", `--peer-urls=${peerUrl}`]),
        patiently,
      );
      const endpoint = `${scheme(ground)}://127.0.0.1:${clientPort}`;
      const fourth = { name: "etcd-4", endpoint, peerUrls: [peerUrl] };
      return {
        ask: {
          expectation: { ...expectation, members: [...expectation.members, fourth], learners: ["etcd-4"] },
        },
        says: [
          { check: "member-answers", member: "etcd-4", reason: /^connection refused$/, kind: "refused" },
          {
            check: "membership",
            member: "etcd-4",
            reason: /^etcd-4 is in the member list but has never started$/,
          },
        ],
        // Without a name it is a learner that nobody declared.
        maySay: [{ check: "learners", reason: /^[0-9a-f]+ is a learner: it does not vote$/ }],
        undo: () => remove(ground, /Member\s+([0-9a-f]+) added/.exec(reply)?.[1] ?? ""),
      };
    },
  },
  {
    title: "an endpoint is that of another cluster, with a member of the same name",
    make: async (ground) => {
      const { expectation } = ground;
      const other = await ground.another({
        size: 1,
        ...(ground.isTls ? { tls: { clientAuthority: ground.secrets.clientAuthority } } : {}),
      });
      const members = expectation.members.map((member) =>
        member.name === "etcd-1" ? { ...member, endpoint: other.endpoints[0]! } : member,
      );
      return {
        ask: { expectation: { ...expectation, members } },
        says: [{ check: "same-cluster", reason: /^2 different clusters answer \(.*etcd-1: [0-9a-f]+/ }],
        maySay: [
          { check: "one-leader", reason: /^2 different leaders are named/ },
          { check: "raft-term", reason: /different terms/ },
          { check: "write-read", reason: /^is of another cluster than/ },
        ],
        undo: async () => {
          const left = await other.etcdctl(["get", "", "--from-key", "--keys-only"]);
          await other.stop();
          expect(left).toBe("");
        },
      };
    },
  },
];
