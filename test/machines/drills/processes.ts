/** etcd's process, and its whole machine, stop or hang. */
import type { Drill } from "./drill";

export const etcdKilled: Drill = {
  title: "etcd of the leader is killed (kill -9)",
  async run({ lab, leader, breaks, sees }) {
    const name = await leader();
    await breaks(() => lab.machine(name).must(["systemctl", "kill", "--signal=KILL", "etcd.service"]));
    await sees(name, /connection refused/);
  },
};

export const leaderFrozen: Drill = {
  title: "machine of the leader hangs, and goes on",
  async run({ lab, leader, breaks, sees, mends }) {
    const name = await leader();
    await breaks(() => lab.machine(name).freeze());
    await sees(name, /no answer within/);
    await mends(() => lab.machine(name).thaw());
  },
};
