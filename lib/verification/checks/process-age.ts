import type { Metrics } from "../questions/metrics";

/** How long a member's process has been running, in milliseconds. */
export function processAgeMs(metrics: Metrics): number | undefined {
  return ageMs(metrics, metrics.value("process_start_time_seconds"));
}

/**
 * How long ago something happened at a member, by its own clock where its answer told that: ours may differ.
 *
 * @param atSeconds Unix time, of the member's clock
 */
export function ageMs({ clock }: Metrics, atSeconds: number | undefined): number | undefined {
  if (atSeconds === undefined) return undefined;
  const nowMs = clock === undefined ? Date.now() : performance.now() + clock.earliestMs;
  return Math.max(0, nowMs - atSeconds * 1000);
}
