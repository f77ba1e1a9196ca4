import type { LabControl, MachineControl } from "./lab-control";
import { summarize, type VerificationSummary } from "./verification-summary";

/** `starting`: the lab's process is there, and nobody has asked it for a lab yet. */
export type Phase = "starting" | "coming up" | "up" | "going down";

export interface LabStatus {
  readonly phase: Phase;
  /** What it was made of, as a person would call it; empty before anybody has asked for it. */
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly machines: readonly MachineStatus[];
  /** What is wrong on purpose with no machine in particular. */
  readonly faults: readonly string[];
  /** Packets that the network has not let through, each kind of it once. */
  readonly refused: readonly string[];
  /** `null` while the lab is not up. */
  readonly verification: VerificationSummary | null;
}

export interface MachineStatus {
  readonly member: string;
  readonly instanceId: string;
  readonly address: string;
  readonly power: "on" | "off";
  /** As `systemctl is-system-running` says it; `null` when nobody could be asked. */
  readonly systemd: string | null;
  /** As `systemctl is-active etcd` says it; `null` when nobody could be asked. */
  readonly etcd: string | null;
  /** What is wrong with it on purpose. */
  readonly faults: readonly string[];
}

/** systemd answers in milliseconds, and not at all while it hangs. */
const ASK_TIMEOUT_MS = 10_000;

const ASK = ["/bin/sh", "-c", "systemctl is-system-running; systemctl is-active etcd.service; true"];

/** Asks the machine's systemd, unless it is known that it cannot answer. */
export async function machineStatus(
  machine: MachineControl,
  faults: readonly string[],
): Promise<MachineStatus> {
  const { name: member, instanceId, address, isOn } = machine;
  const power = isOn ? "on" : "off";
  const answer =
    isOn && !faults.includes("frozen") ? await askSystemd(machine) : { systemd: null, etcd: null };
  return { member, instanceId, address, power, ...answer, faults };
}

/** What `cdktf-etcd verify` says when it has waited that long for health. */
export async function verification({ project }: LabControl, timeout: string): Promise<VerificationSummary> {
  return summarize(await project.run(["verify", "--output", "json", "--wait", timeout]));
}

async function askSystemd(machine: MachineControl): Promise<Pick<MachineStatus, "systemd" | "etcd">> {
  try {
    const { stdout, failure } = await machine.exec(ASK, { timeoutMs: ASK_TIMEOUT_MS });
    const [systemd = "", etcd = ""] = stdout.split("\n");
    return { systemd: systemd || `no answer: ${failure ?? "nothing printed"}`, etcd: etcd || null };
  } catch (error) {
    // It may go off between the look and the question.
    return { systemd: `no answer: ${error instanceof Error ? error.message : String(error)}`, etcd: null };
  }
}
