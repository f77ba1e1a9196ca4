import type { Lab } from "./lab";

/** Name of the leader, asked of etcd by the machines' own etcdctl. */
export async function leaderOf(lab: Lab): Promise<string> {
  const asked = lab.machines.map(async (machine) => {
    const { stdout } = await machine.exec(["bash", "-lc", "etcdctl endpoint status --write-out=simple"]);
    // endpoint, ID, version, size of the database, whether it is the leader...
    return { name: machine.name, isLeader: stdout.split(", ")[4] === "true" };
  });
  const leader = (await Promise.all(asked)).find(({ isLeader }) => isLeader);
  if (leader === undefined) throw new Error("no member is leader");
  return leader.name;
}
