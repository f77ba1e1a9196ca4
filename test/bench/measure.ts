import { spawnSync } from "node:child_process";

export interface Command {
  readonly label: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it may end with something other than 0. */
  readonly mayFail?: boolean;
}

/**
 * Wall time of whole processes, in milliseconds: the commands in turn, A B C A B C …, so that a machine that slows down slows all of
 * them; one round to warm up, then the median of `rounds`.
 */
export function medianTimes(commands: readonly Command[], rounds: number): Map<string, number> {
  const times = new Map(commands.map(({ label }) => [label, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const command of commands) {
      const { tookMs } = time(command);
      if (round > 0) times.get(command.label)?.push(tookMs);
    }
  }
  return new Map([...times].map(([label, values]) => [label, median(values)]));
}

/** Runs it to its end. */
export function time({ label, argv: [program, ...args], cwd, env, mayFail = false }: Command): {
  readonly tookMs: number;
  readonly stdout: string;
} {
  const began = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  const tookMs = performance.now() - began;
  if (error !== undefined || (status !== 0 && !mayFail))
    throw new Error(`${label} ended with ${String(status)}: ${error?.message ?? lastLines(stdout + stderr)}`);
  return { tookMs, stdout };
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-12).join("\n");
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** One row: what was measured, its time, and what it is against. */
export function row(
  label: string,
  tookMs: number,
  against?: { readonly label: string; readonly tookMs: number },
): string[] {
  return [
    label,
    `${tookMs.toFixed(0)} ms`,
    against === undefined ? "" : `${(tookMs / against.tookMs).toFixed(2)} × ${against.label}`,
  ];
}
