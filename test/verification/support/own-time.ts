import { readFileSync } from "node:fs";

export interface OwnTime<T> {
  readonly result: T;
  /** What it took, without the time in which this process waited for a processor. */
  readonly ownMs: number;
}

/**
 * A bound is a promise of how long is waited for others, and computed. On a machine that has more to do than it has processors a process
 * also waits for its turn, which no program can bound: only that is left out, as the kernel counts it.
 */
export async function inOwnTime<T>(work: () => Promise<T>): Promise<OwnTime<T>> {
  const waitedBefore = waitedForProcessorMs();
  const began = performance.now();
  const result = await work();
  const tookMs = performance.now() - began;
  return { result, ownMs: tookMs - (waitedForProcessorMs() - waitedBefore) };
}

/** Of the main thread: time on a processor, time on a run queue (ns), turns: https://docs.kernel.org/scheduler/sched-stats.html */
function waitedForProcessorMs(): number {
  if (process.platform !== "linux") return 0;
  const [, waitedNs] = readFileSync("/proc/self/schedstat", "utf8").split(" ");
  return Number(waitedNs) / 1e6;
}
