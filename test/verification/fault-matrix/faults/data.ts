import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { vi } from "vitest";
import type { RawMember } from "../../../support/raw-cluster";
import { OpenCluster } from "../../checks/support/open-cluster";
import { PeerProxies } from "../../checks/support/peer-proxy";
import type { Fault } from "../fault";
import type { Ground } from "../ground";
import { writeBytes } from "../support/gateway";

const RIGHT = "the-right-data";
const WRONG = "the-wrong-data";
const MIB = 2 ** 20;

export const dataFaults: readonly Fault[] = [
  {
    title: "a member has other data on its disk than the others",
    make: async (ground) => {
      const { cluster } = ground;
      const [member] = await ground.followers();
      await cluster.etcdctl(["put", "known", RIGHT]);
      // Read through it, so that it has it.
      await cluster.etcdctl(["get", "known", `--endpoints=${member.endpoint}`]);
      await exchange(ground, member, RIGHT, WRONG);
      return {
        says: [
          {
            check: "same-data",
            member: member.name,
            reason: /^holds other data than etcd-\d and etcd-\d: hash /,
          },
        ],
        undo: () => exchange(ground, member, WRONG, RIGHT),
      };
    },
  },
  {
    // The proxies between the members read what these say to each other, which they cannot with TLS.
    title: "a follower hears the leader and gets no entries",
    transport: "plain text",
    make: async ({ binaries }) => {
      const proxies = new PeerProxies();
      const cluster = await OpenCluster.start({ binaries, advertise: proxies.inFrontOf });
      const rows = await Promise.all(
        cluster.members.map(async (member) => ({ member, row: await simple(cluster, member) })),
      );
      const leader = rows.find(({ row }) => row[4] === "true");
      const follower = rows.find(({ row }) => row[4] === "false");
      if (leader === undefined || follower === undefined) throw new Error("no leader and follower");
      proxies.hold(follower.row[1] ?? "");
      for (let key = 0; key < 5; key += 1)
        await cluster.etcdctl(leader.member, ["put", `key-${key}`, "value"]);
      const { name } = follower.member;
      return {
        ask: { expectation: cluster.expectation },
        says: [{ check: "raft-lag", outcome: "warned", member: name, reason: /^\d+ entries behind: / }],
        // Reads that have to be up to date wait for the entries.
        maySay: [
          { check: "write-read", member: name, reason: /not agreed on|no quorum/ },
          { check: "watch-sees", member: name, reason: /^saw no event/ },
        ],
        verdict: "unhealthy",
        undo: async () => {
          proxies.release();
          await cluster.stop();
          await proxies.stop();
        },
      };
    },
  },
  {
    // One release will do for a hundred megabytes.
    title: "a database has more holes than data",
    releases: [1],
    transport: "plain text",
    make: async (ground) => {
      const cluster = await ground.another({ size: 1 });
      await writeBytes(cluster.endpoints[0]!, undefined, 104 * MIB);
      await cluster.etcdctl(["del", "filler/", "--prefix"]);
      const revision = /"revision":(\d+)/.exec(
        await cluster.etcdctl(["endpoint", "status", "-w", "json"]),
      )?.[1];
      await cluster.etcdctl(["compact", "--physical", revision ?? ""]);
      await vi.waitFor(
        async () => {
          const [inUse] =
            /"dbSizeInUse":\d+/.exec(await cluster.etcdctl(["endpoint", "status", "-w", "json"])) ?? [];
          if (Number(inUse?.split(":")[1]) > 50 * MIB) throw new Error(`still ${inUse}`);
        },
        { timeout: 20_000, interval: 100 },
      );
      return {
        ask: { expectation: cluster.expectation },
        says: [
          {
            check: "fragmentation",
            outcome: "warned",
            member: "etcd-1",
            reason: /^\d+ % of 1\d\d MB are free$/,
          },
        ],
        undo: () => cluster.stop(),
      };
    },
  },
];

async function simple(cluster: OpenCluster, member: RawMember): Promise<string[]> {
  return (await cluster.etcdctl(member, ["endpoint", "status"])).trimEnd().split(", ");
}

/** bbolt's pages have no checksum: what a disk or a hand changes in them is served as it is. */
async function exchange(ground: Ground, member: RawMember, from: string, to: string): Promise<void> {
  await member.kill("SIGTERM");
  const file = join(ground.dataDirOf(member.name), "member", "snap", "db");
  const bytes = await readFile(file);
  if (!bytes.includes(from)) throw new Error(`${from} is not in ${file}`);
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
  await writeFile(file, bytes);
  member.start();
  await member.ready();
}
