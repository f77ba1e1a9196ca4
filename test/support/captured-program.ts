import { spawn, type ChildProcess } from "node:child_process";

/** Far above what any command takes here, so that only a hanging one gets there. */
const RUN_TIMEOUT_MS = 180_000;

export interface CliResult {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams as they came. */
  readonly output: string;
  readonly tookMs: number;
}

export interface RunningCli {
  readonly child: ChildProcess;
  /** What was printed until now. */
  output(): string;
  readonly result: Promise<CliResult>;
}

/** Starts a program in a process group of its own, as a shell with a terminal does. */
export function startCaptured(
  words: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  timeoutMs = RUN_TIMEOUT_MS,
): RunningCli {
  const [program = "", ...args] = words;
  const began = performance.now();
  const child = spawn(program, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => endGroup(child, "SIGKILL"), timeoutMs);
  let [stdout, stderr, output] = ["", "", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    output += text;
  });
  const result = new Promise<CliResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, output, tookMs: performance.now() - began });
    });
  });
  return { child, output: () => output, result };
}

/** Signals a program that still runs, with all in its group. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, signal);
}
