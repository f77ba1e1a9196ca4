/** When the cluster took writes, as the client saw it. */
import type { LoadRecord } from "./records";
import { isAcknowledged, writesIn, type AcknowledgedWrite } from "./writes";

/** Writes that were sent from then on, in the order in which they were acknowledged. */
export function acknowledgedSince(records: readonly LoadRecord[], sinceMs: number): AcknowledgedWrite[] {
  // Asked again and again while the log grows: what was before is not to be looked at each time.
  const first = records.findLastIndex(({ atMs }) => atMs < sinceMs) + 1;
  return writesIn(records.slice(first))
    .filter(isAcknowledged)
    .toSorted((one, other) => one.outcome.atMs - other.outcome.atMs);
}

/** How many were acknowledged in this time. */
export function acknowledgedBetween(records: readonly LoadRecord[], fromMs: number, toMs: number): number {
  return records.filter(({ type, atMs }) => type === "acknowledged" && atMs >= fromMs && atMs <= toMs).length;
}

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly ms: number;
  /** Writes sent meanwhile: with none it was the writer that stood still. */
  readonly sent: number;
}

/**
 * The longest time without an acknowledged write between two points in time, both of which count as if one had been there. While
 * the writer pauses nothing is missing.
 */
export function longestGap(records: readonly LoadRecord[], fromMs: number, toMs: number): Gap {
  const within = records.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  let longest = { fromMs, toMs: fromMs };
  let [lastMs, isPaused] = [fromMs, false];
  for (const { type, atMs } of [...within, { type: "acknowledged", atMs: toMs } as const]) {
    if (!ENDS_GAP.includes(type)) continue;
    const isGap = type !== "resumed" && !isPaused;
    if (isGap && atMs - lastMs > longest.toMs - longest.fromMs) longest = { fromMs: lastMs, toMs: atMs };
    isPaused = type === "paused" || type === "stopped" || (isPaused && type !== "resumed");
    lastMs = atMs;
  }
  const sent = within.filter(
    ({ type, atMs }) => type === "attempt" && atMs >= longest.fromMs && atMs < longest.toMs,
  ).length;
  return { ...longest, ms: longest.toMs - longest.fromMs, sent };
}

const ENDS_GAP: readonly LoadRecord["type"][] = ["acknowledged", "paused", "resumed", "stopped"];
