import type { Machine } from "../hypervisor/machine";

/** Where the time of a boot went. Each phase begins where the one before it ended; seconds from the start of systemd. */
export interface BootPhase {
  readonly title: string;
  readonly endedAtSeconds: number;
}

/**
 * Units whose timestamps end a phase, in the order of a boot. What did not run in this boot is left out: set-up and the making of
 * the volume belong to the first one.
 */
const ENDS = [
  ["systemd until cloud-init", "cloud-init-local.service", "ExecMainStart"],
  [
    "cloud-init asks the metadata service, network is configured",
    "cloud-init-network.service",
    "ExecMainExit",
  ],
  ["cloud-init writes files, makes users", "etcd-setup.service", "ExecMainStart"],
  ["programs, keys and etcd are fetched and installed", "etcd-data-volume.service", "ExecMainStart"],
  ["data volume is found, checked and mounted", "var-lib-etcd.mount", "ActiveEnter"],
  ["etcd has decided how to join", "etcd.service", "ExecMainStart"],
  ["etcd is part of a quorum", "etcd.service", "ActiveEnter"],
] as const;

/** Of the boot that the machine is in. */
export async function bootPhases(machine: Machine): Promise<BootPhase[]> {
  const began = await timestamps(machine, [], ["UserspaceTimestampMonotonic"]);
  const start = Number(began["UserspaceTimestampMonotonic"]);
  const phases: BootPhase[] = [];
  let last = 0;
  for (const [title, unit, event] of ENDS) {
    const property = `${event}TimestampMonotonic`;
    const at = Number((await timestamps(machine, [unit], [property]))[property] ?? 0);
    const endedAtSeconds = (at - start) / 1e6;
    // Zero is "never"; what ended before the phase that comes before it took no time of its own.
    if (at === 0 || endedAtSeconds < last) continue;
    phases.push({ title, endedAtSeconds });
    last = endedAtSeconds;
  }
  return phases;
}

/** Seconds from the start of systemd until etcd was part of a quorum. */
export function bootSeconds(phases: readonly BootPhase[]): number {
  return phases.at(-1)?.endedAtSeconds ?? Number.NaN;
}

async function timestamps(
  machine: Machine,
  units: readonly string[],
  properties: readonly string[],
): Promise<Record<string, string>> {
  const shown = await machine.must(["systemctl", "show", ...units, `--property=${properties.join(",")}`]);
  return Object.fromEntries(shown.split("\n").map((line) => line.split("=", 2) as [string, string]));
}
