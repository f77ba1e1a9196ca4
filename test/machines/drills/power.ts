/** Machines go off and on. */
import type { Drill } from "./drill";

const OFF = /no reply to the attempt to connect/;

export const rebooted: Drill = {
  title: "machine of the leader reboots by itself (systemctl reboot)",
  async run({ lab, health, leader, breaks, sees }) {
    const name = await leader();
    const gone = /connection refused|no reply to the attempt to connect|connection broke off/;
    // It comes back by itself.
    await Promise.all([
      sees(name, gone, { checks: "member-answers" }),
      breaks(() => lab.machine(name).exec(["systemctl", "reboot"])),
      health.unhealthy([lab.endpoint(name)]),
    ]);
  },
};

export const powerCut: Drill = {
  title: "power of one machine fails, and comes back",
  async run({ lab, followers, breaks, sees, mends }) {
    const [name = ""] = await followers();
    await breaks(() => lab.machine(name).cutPower());
    await sees(name, OFF);
    await mends(() => lab.machine(name).powerOn());
  },
};

export const twoOfThreeLost: Drill = {
  title: "power of two of three machines fails, and comes back",
  async run({ lab, leader, followers, breaks, sees, mends }) {
    const remaining = await leader();
    const names = await followers();
    await breaks(() => Promise.all(names.map((name) => lab.machine(name).cutPower())));
    for (const name of names) await sees(name, OFF, { broken: names });
    await sees(remaining, /no leader|no quorum/);
    await mends(() => Promise.all(names.map((name) => lab.machine(name).powerOn())));
  },
};

export const allOff: Drill = {
  title: "all machines are switched off, and on again",
  async run({ lab, breaks, sees, mends }) {
    await breaks(() => Promise.all(lab.machines.map((machine) => machine.powerOff())));
    const broken = lab.machines.map(({ name }) => name);
    for (const name of broken) await sees(name, OFF, { broken });
    await mends(() => Promise.all(lab.machines.map((machine) => machine.powerOn())));
  },
};
