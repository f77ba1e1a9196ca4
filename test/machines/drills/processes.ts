/** etcd's process, and its whole machine, stop or hang. */
import type { Drill } from "./drill";

export const etcdKilled: Drill = {
  title: "etcd of the leader is killed (kill -9)",
  async run({ lab, leader, breaks, sees }) {
    const name = await leader();
    // systemd starts it again two seconds later.
    await Promise.all([
      sees(name, /connection refused/, { checks: "member-answers" }),
      breaks(() => lab.machine(name).must(["systemctl", "kill", "--signal=KILL", "etcd.service"])),
    ]);
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
