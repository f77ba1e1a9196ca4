import Table from "cli-table3";
import type { LabStatus, MachineStatus } from "./lab-status";

const HEAD = ["member", "instance", "address", "power", "systemd", "etcd", "faults"] as const;

/** A security group that is wrong gives a line for each pair of machines. */
const REFUSED_LINES = 12;

/** For people: a row per machine, then what `cdktf-etcd verify` says. */
export function renderStatus(status: LabStatus): string {
  const { phase, source, startedAt, machines, verification, faults, refused } = status;
  const what = source === "" ? "" : `, made of ${source}`;
  const table = new Table({ head: [...HEAD], style: { head: [], border: [] } });
  table.push(...machines.map((machine) => cells(machine, verification?.leaders ?? [])));
  return [
    `the lab is ${phase} since ${startedAt}${what}`,
    ...(machines.length === 0 ? ["no machine yet"] : [table.toString()]),
    ...faults,
    ...(refused.length > 0 ? ["packets that were not let through since the lab is there:"] : []),
    ...refused.slice(0, REFUSED_LINES).map((line) => `  ${line}`),
    ...(refused.length > REFUSED_LINES
      ? [`  and ${refused.length - REFUSED_LINES} more (--output json)`]
      : []),
    ...(verification === null ? [] : [`verify: ${verification.line}`]),
  ].join("\n");
}

function cells(machine: MachineStatus, leaders: readonly string[]): string[] {
  const { member, instanceId, address, power, systemd, etcd, faults } = machine;
  const role = leaders.includes(member) ? ", leader" : "";
  const state = etcd === null ? "–" : `${etcd}${role}`;
  return [member, instanceId, address, power, systemd ?? "–", state, faults.join("; ")];
}
