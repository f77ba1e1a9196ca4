/** Packets do not arrive. */
import type { Drill } from "./drill";

export const leaderCutOff: Drill = {
  title: "the leader is cut off from the other members, not from its clients",
  async run({ lab, leader, breaks, sees, mends }) {
    const name = await leader();
    await breaks(() => lab.cutOff(name));
    await sees(name, /no leader|no quorum/);
    await mends(() => lab.mend());
  },
};

export const cablePulled: Drill = {
  title: "the network cable of one machine is pulled, and put back",
  async run({ lab, followers, breaks, sees, mends }) {
    const [name = ""] = await followers();
    await breaks(() => lab.pullCable(name));
    await sees(name, /no reply to the attempt to connect/);
    await mends(() => lab.plugCable(name));
  },
};
