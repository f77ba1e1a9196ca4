import { status, type EndpointStatus } from "../../../../lib/verification";
import type { RawMember } from "../../../support/raw-cluster";
import type { Fault } from "../fault";
import { quotaBytes, type Ground } from "../ground";
import { post, writeBytes } from "../support/gateway";

/** Writes until every database has this share of its quota, or until etcd refuses. */
async function fill({ cluster, tls }: Ground, share: number): Promise<void> {
  const { endpoints } = cluster;
  const isBelow = ({ status: row }: EndpointStatus): boolean => (row?.dbSizeBytes ?? 0) < share * quotaBytes;
  try {
    for (let round = 0; (await status({ endpoints, tls })).some(isBelow); round += 1) {
      await writeBytes(endpoints[0]!, tls, 2 ** 20, { prefix: `filler/${round}/`, chunkBytes: 2 ** 16 });
    }
  } catch (error) {
    if (!String(error).includes("database space exceeded")) throw error;
  }
}

/** As etcd's documentation has it: https://etcd.io/docs/v3.5/op-guide/maintenance/#space-quota */
async function makeRoom({ cluster }: Ground): Promise<void> {
  await cluster.etcdctl(["del", "filler/", "--prefix"]);
  const status = await cluster.etcdctl(["endpoint", "status", "-w", "json"]);
  const revision = /"revision":(\d+)/.exec(status)?.[1] ?? "";
  await cluster.etcdctl(["compact", "--physical", revision]);
  await cluster.etcdctl(["defrag"]);
  await cluster.etcdctl(["alarm", "disarm"]);
}

export const alarmFaults: readonly Fault[] = [
  {
    title: "the database is nearly full",
    make: async (ground) => {
      await fill(ground, 0.77);
      return {
        says: ground.cluster.members.map(({ name }) => ({
          check: "database-size",
          outcome: "warned",
          member: name,
          reason: /quota/,
        })),
        undo: () => makeRoom(ground),
      };
    },
  },
  {
    title: "the database is full",
    make: async (ground) => {
      await fill(ground, 1);
      return {
        says: [{ check: "no-alarms", reason: /^raised the alarm NOSPACE$/ }],
        maySay: [
          { check: "no-alarms", reason: /^raised the alarm NOSPACE$/ },
          { check: "write-read", reason: /^could not write: database space exceeded/ },
          { check: "watch-sees", reason: /database space exceeded/ },
        ],
        undo: () => makeRoom(ground),
      };
    },
  },
  {
    title: "etcd found the data of a member to be corrupt",
    make: async (ground) => {
      const [member] = await ground.followers();
      await raise(ground, member, "ACTIVATE");
      return {
        says: [{ check: "no-alarms", member: member.name, reason: /^raised the alarm CORRUPT$/ }],
        maySay: ["write-read", "watch-sees"].map((check) => ({ check, reason: /corrupt/i })),
        undo: () => raise(ground, member, "DEACTIVATE"),
      };
    },
  },
];

/** The alarm that etcd raises when its members' hashes differ (server/etcdserver/corrupt.go); etcdctl can only disarm it. */
async function raise({ tls }: Ground, { endpoint, name }: RawMember, action: string): Promise<void> {
  const list = await post(endpoint, "/v3/cluster/member/list", {}, tls);
  const { members } = JSON.parse(list) as { members: { ID: string; name: string }[] };
  const memberID = members.find((member) => member.name === name)?.ID;
  await post(endpoint, "/v3/maintenance/alarm", { action, memberID, alarm: "CORRUPT" }, tls);
}
