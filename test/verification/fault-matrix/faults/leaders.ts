import { expect, vi } from "vitest";
import type { RawMember } from "../../../support/raw-cluster";
import type { Fault } from "../fault";
import type { Ground } from "../ground";
import { post } from "../support/gateway";

/** As etcd and we put it: dropped by the old leader, never answered, or given up because of the new one. */
const lostWrite = /raft proposal dropped|not agreed on within|could not get the request agreed on/;

export const leaderFaults: readonly Fault[] = [
  {
    title: "the leader changes again and again",
    make: async (ground) => {
      for (let round = 0; round < 5; round += 1) await moveLeader(ground);
      return {
        says: [
          { check: "stable-leader", outcome: "warned", reason: /^has seen the leader change \d+ times / },
        ],
        undo: () => Promise.resolve(),
      };
    },
  },
  {
    title: "the leader changes while it is watched",
    make: async (ground) => {
      const { members } = ground.cluster;
      const leader = await ground.leader();
      const [follower] = await ground.followers();
      // All that can be known beforehand, so that on a busy machine too one call is enough while it is watched.
      const targetID = BigInt(`0x${await idOf(ground, follower)}`).toString();
      const askedBefore = await Promise.all(members.map((member) => answered(member, "Status")));
      const putBefore = await answeredByAny(members, "Put");
      return {
        ask: {
          // The lease takes longer than a leader is watched, if the deadline leaves the time.
          skip: [],
          callTimeoutMs: 5000,
          expectation: ground.expectation,
        },
        meanwhile: async () => {
          await vi.waitFor(
            async () => {
              const asked = await Promise.all(members.map((member) => answered(member, "Status")));
              expect(asked.every((calls, index) => calls > (askedBefore[index] ?? 0))).toBe(true);
              expect(await answeredByAny(members, "Put")).toBeGreaterThan(putBefore);
            },
            { timeout: 10_000, interval: 5 },
          );
          await post(leader.endpoint, "/v3/maintenance/transfer-leadership", { targetID }, ground.tls);
        },
        says: [
          {
            check: "stable-leader",
            member: null,
            reason: new RegExp(`^the leader changed from ${leader.name} to ${follower.name} `),
          },
        ],
        // A call that is under way when the leader changes may be lost: one is waited for, not all.
        maySay: ["write-read", "watch-sees"].map((check) => ({ check, reason: lostWrite })),
        undo: () => Promise.resolve(),
      };
    },
  },
];

async function moveLeader(ground: Ground): Promise<void> {
  const leader = await ground.leader();
  const [follower] = await ground.followers();
  const id = await idOf(ground, follower);
  await ground.cluster.etcdctl(["move-leader", id, `--endpoints=${leader.endpoint}`]);
  await ground.elected(ground.cluster.members);
}

/** In hexadecimal digits. */
async function idOf({ cluster }: Ground, { endpoint }: RawMember): Promise<string> {
  const row = await cluster.etcdctl(["endpoint", "status", `--endpoints=${endpoint}`]);
  return row.split(", ")[1] ?? "";
}

/** How many calls of a gRPC method a member has answered since it started. */
async function answered(member: RawMember, method: "Status" | "Put"): Promise<number> {
  const counters = (await member.metrics())
    .split("\n")
    .filter(
      (line) => line.startsWith("grpc_server_handled_total{") && line.includes(`grpc_method="${method}"`),
    );
  return counters.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

async function answeredByAny(members: readonly RawMember[], method: "Put"): Promise<number> {
  const calls = await Promise.all(members.map((member) => answered(member, method)));
  return calls.reduce((sum, each) => sum + each, 0);
}
