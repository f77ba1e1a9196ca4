import type { Machine } from "../hypervisor/machine";

/** Where the time of a boot went. Each phase begins where the one before it ended; seconds from the start of systemd. */
export interface BootPhase {
  readonly title: string;
  readonly endedAtSeconds: number;
}

/** In the order of a boot; a first one has them all. */
export const BOOT_PHASES = {
  systemd: "systemd until cloud-init",
  network: "cloud-init asks the metadata service, network is configured",
  written: "cloud-init writes files, makes users",
  installed: "programs, keys and etcd are fetched and installed",
  mounted: "data volume is found, checked and mounted",
  decided: "etcd has decided how to join",
  quorum: "etcd is part of a quorum",
} as const;

/** https://github.com/systemd/systemd/blob/main/src/systemd/sd-messages.h: SD_MESSAGE_UNIT_STARTING */
const UNIT_STARTING = "7d4958e842da4a758f6c1cdc7b36dcc5";

/** What ends a phase, in microseconds from the start of the kernel; zero or nothing when it did not happen in this boot. */
const ENDS: Readonly<Record<keyof typeof BOOT_PHASES, (machine: Machine) => Promise<number>>> = {
  systemd: (machine) => timestamp(machine, "ExecMainStart", "cloud-init-local.service"),
  network: (machine) => timestamp(machine, "ExecMainExit", "cloud-init-network.service"),
  // systemd forgets the times of a service that has disabled itself.
  written: (machine) => firstStart(machine, "etcd-setup.service"),
  installed: (machine) => timestamp(machine, "ExecMainStart", "etcd-data-volume.service"),
  mounted: (machine) => timestamp(machine, "ActiveEnter", "var-lib-etcd.mount"),
  decided: (machine) => timestamp(machine, "ExecMainStart", "etcd.service"),
  quorum: (machine) => timestamp(machine, "ActiveEnter", "etcd.service"),
};

/**
 * Of the boot that the machine is in. What did not happen in this boot is left out: set-up and the making of the volume belong to the
 * first one.
 */
export async function bootPhases(machine: Machine): Promise<BootPhase[]> {
  const start = await timestamp(machine, "Userspace");
  const phases: BootPhase[] = [];
  let last = 0;
  for (const [phase, title] of Object.entries(BOOT_PHASES) as [keyof typeof ENDS, string][]) {
    const at = await ENDS[phase](machine);
    const endedAtSeconds = (at - start) / 1e6;
    // What ended before the phase that comes before it took no time of its own.
    if (at === 0 || endedAtSeconds < last) continue;
    phases.push({ title, endedAtSeconds });
    last = endedAtSeconds;
  }
  return phases;
}

/** How long a phase took; zero when there was none. */
export function phaseSeconds(phases: readonly BootPhase[], title: string): number {
  const index = phases.findIndex((phase) => phase.title === title);
  if (index < 0) return 0;
  return phases[index]!.endedAtSeconds - (phases[index - 1]?.endedAtSeconds ?? 0);
}

async function timestamp(machine: Machine, event: string, ...units: readonly string[]): Promise<number> {
  const property = `--property=${event}TimestampMonotonic`;
  return Number(await machine.must(["systemctl", "show", ...units, property, "--value"]));
}

async function firstStart(machine: Machine, unit: string): Promise<number> {
  const wanted = [`UNIT=${unit}`, `MESSAGE_ID=${UNIT_STARTING}`];
  const lines = await machine.must(["journalctl", "--boot", "--quiet", "--output=json", ...wanted]);
  const [first = ""] = lines.split("\n");
  if (first === "") return 0;
  return Number((JSON.parse(first) as Record<string, string>)["__MONOTONIC_TIMESTAMP"]);
}
