import { truncate, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Accusation, Fault, Made } from "../fault";
import type { Ground } from "../ground";

const HOUR_MS = 60 * 60 * 1000;
const maxAgeMs = 24 * HOUR_MS;

const because = (reason: RegExp): Accusation[] => [{ check: "snapshot-age", member: null, reason }];

async function withSnapshot(
  ground: Ground,
  spoil: (file: string) => Promise<void>,
  reason: RegExp,
): Promise<Made> {
  const folder = await ground.freshFolder();
  const file = join(folder, "snapshot.db");
  const [{ endpoint }] = await ground.followers();
  await ground.cluster.etcdctl(["snapshot", "save", file, `--endpoints=${endpoint}`]);
  await spoil(file);
  return { ask: { snapshots: { folder, maxAgeMs } }, says: because(reason) };
}

export const snapshotFaults: readonly Fault[] = [
  {
    title: "no snapshot was ever taken",
    make: async (ground) => ({
      ask: { snapshots: { folder: await ground.freshFolder(), maxAgeMs } },
      says: because(/no snapshot/),
    }),
  },
  {
    title: "the newest snapshot is too old",
    make: (ground) => {
      const old = new Date(Date.now() - 50 * HOUR_MS);
      return withSnapshot(ground, (file) => utimes(file, old, old), /older than/);
    },
  },
  {
    title: "the newest snapshot was not written to its end",
    make: (ground) =>
      withSnapshot(ground, (file) => truncate(file, 12_345), /damaged|not written to its end/),
  },
];
