import { vi } from "vitest";
import type { Fault } from "../fault";
import type { Ground } from "../ground";

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
      const before = await ground.cluster.leader();
      return {
        ask: {
          // Which takes long enough for it.
          skip: [],
          expectation: ground.expectation,
        },
        meanwhile: async () => {
          // A lease is granted only to who has asked for the status.
          await vi.waitFor(
            async () => {
              const list = await ground.cluster.etcdctl(["lease", "list"]);
              if (list.includes("found 0 leases")) throw new Error("not asked yet");
            },
            { timeout: 10_000, interval: 1 },
          );
          await moveLeader(ground);
        },
        says: [
          {
            check: "stable-leader",
            member: null,
            reason: new RegExp(`^the leader changed from ${before} to `),
          },
        ],
        undo: () => Promise.resolve(),
      };
    },
  },
];

async function moveLeader(ground: Ground): Promise<void> {
  const { cluster } = ground;
  const leader = await ground.leader();
  const [{ endpoint }] = await ground.followers();
  const row = await cluster.etcdctl(["endpoint", "status", `--endpoints=${endpoint}`]);
  await cluster.etcdctl(["move-leader", row.split(", ")[1] ?? "", `--endpoints=${leader.endpoint}`]);
  await ground.elected(cluster.members);
}
