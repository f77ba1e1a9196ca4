import type { ProgramResult } from "../../../lib/local/run-program";
import type { Machine } from "../hypervisor/machine";
import type { Lab } from "./lab";

/** What a member's user data starts. */
const UNITS = [
  "etcd.service",
  "etcd-setup.service",
  "etcd-data-volume.service",
  "etcd-sync.service",
  "var-lib-etcd.mount",
] as const;

/** How the programs of this project, and etcd, say that something is wrong. */
const COMPLAINT = /FAILED|REFUSED|"level":"(?:error|fatal|panic)"/;

export interface BootCheckOptions {
  /** How long cloud-init and the members may take. @default 120000 */
  readonly timeoutMs?: number;
}

/**
 * Waits until cloud-init is done on all machines, and wants a cluster that nobody has to look after: nothing failed or degraded,
 * no unit tried again, no packet refused, and `verify` content.
 *
 * @throws Error with everything that is not so, in words that point at the cause
 */
export async function expectBooted(lab: Lab, options: BootCheckOptions = {}): Promise<void> {
  const { timeoutMs = 120_000 } = options;
  const until = Date.now() + timeoutMs;
  await Promise.all(lab.machines.map((machine) => cloudInit(machine, timeoutMs)));
  const timeout = `${Math.max(1, Math.ceil((until - Date.now()) / 1000))}s`;
  const { failures } = await lab.verify("--wait", timeout);
  const problems = [
    ...(await lab.problems()),
    ...failures.map(({ member, check, reason }) => `verify: ${member ?? "cluster"}: ${check}: ${reason}`),
  ];
  if (problems.length > 0) throw new Error(`the machines are not what was deployed:\n${problems.join("\n")}`);
}

/** What is wrong on a machine now; empty when nothing is. */
export async function bootProblems(machine: Machine): Promise<string[]> {
  if (!machine.isOn) return [`${machine.name} is off`];
  const found = [
    ...(await cloudInitProblems(machine)),
    ...(await unitProblems(machine)),
    ...(await unknownSettings(machine)),
  ];
  return found.map((problem) => `${machine.name}: ${problem}`);
}

function cloudInit(machine: Machine, timeoutMs: number): Promise<ProgramResult> {
  return machine.exec(["cloud-init", "status", "--wait"], { timeoutMs });
}

interface CloudInitStatus {
  readonly status: string;
  readonly extended_status?: string;
  readonly errors: readonly string[];
  readonly recoverable_errors?: Readonly<Record<string, readonly string[]>>;
}

/** https://docs.cloud-init.io/en/latest/explanation/failure_states.html */
async function cloudInitProblems(machine: Machine): Promise<string[]> {
  const { stdout } = await machine.exec(["cloud-init", "status", "--format=json"]);
  const { status, extended_status, errors, recoverable_errors = {} } = JSON.parse(stdout) as CloudInitStatus;
  const recoverable = Object.entries(recoverable_errors).flatMap(([level, texts]) =>
    texts.map((text) => `cloud-init: ${level}: ${text}`),
  );
  const said = [...errors.map((error) => `cloud-init: ${error}`), ...recoverable];
  const isDone = (extended_status ?? status) === "done";
  return isDone ? said : [`cloud-init is not done: ${extended_status ?? status}`, ...said];
}

async function unitProblems(machine: Machine): Promise<string[]> {
  const failed = await machine.must(["systemctl", "list-units", "--failed", "--plain", "--no-legend"]);
  const names = new Set(failed.split("\n").flatMap((line) => line.split(" ")[0] || []));
  const properties = ["--property=Id,ActiveState,SubState,Result,NRestarts"];
  const shown = await machine.must(["systemctl", "show", ...UNITS, ...properties]);
  const problems: string[] = [];
  for (const block of shown.split("\n\n")) {
    const unit = Object.fromEntries(block.split("\n").map((line) => line.split("=", 2))) as Unit;
    const isUp = unit.Id !== "etcd.service" || unit.ActiveState === "active";
    // systemd does not count among the failed ones what it is going to start again.
    const isRetried = unit.SubState.startsWith("auto-restart") || Number(unit.NRestarts ?? 0) > 0;
    if (isUp && !isRetried) continue;
    names.delete(unit.Id);
    problems.push(`${unit.Id} is ${unit.ActiveState} (${unit.SubState}, ${unit.NRestarts ?? 0} restarts)`);
    problems.push(...(await lastWords(machine, unit.Id)));
  }
  for (const name of names) problems.push(`${name} failed`, ...(await lastWords(machine, name)));
  return problems;
}

/** etcd only warns of a variable that its release does not know, and goes on without that setting. */
async function unknownSettings(machine: Machine): Promise<string[]> {
  const run = await machine.must(["systemctl", "show", "etcd.service", "--property=InvocationID", "--value"]);
  const words = ["--output=cat", "--grep=unrecognized environment variable"];
  const { stdout } = await machine.exec(["journalctl", `_SYSTEMD_INVOCATION_ID=${run.trim()}`, ...words]);
  return stdout.split("\n").filter((line) => line !== "");
}

interface Unit {
  readonly Id: string;
  readonly ActiveState: string;
  readonly SubState: string;
  readonly Result: string;
  readonly NRestarts?: string;
}

/** Its complaints, or the last that it and systemd said. */
async function lastWords(machine: Machine, unit: string): Promise<string[]> {
  const { stdout } = await machine.exec(["journalctl", `--unit=${unit}`, "--output=cat", "--lines=200"]);
  const lines = stdout.split("\n").filter((line) => line.trim() !== "");
  const complaints = lines.filter((line) => COMPLAINT.test(line));
  const chosen = complaints.length > 0 ? complaints : lines;
  return [...new Set(chosen)].slice(-3).map((line) => `  ${line.slice(0, 500)}`);
}
