/**
 * Between which bounds a machine's clock is known to be, as its distance from this process's monotonic clock
 * (`performance.now()`), in milliseconds: so readings that were taken at different times can be compared.
 */
export interface ClockReading {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** HTTP dates have whole seconds, cut off: RFC 9110, 5.6.7. */
const RESOLUTION_MS = 1000;

/**
 * What a time stamp says of the clock that it comes from.
 *
 * @param stamp in whole seconds
 * @param sentAt when the question was sent, by `performance.now()`: the clock was not read before
 * @param receivedAt when the answer came: the clock was not read later
 */
export function clockReading(stamp: Date, sentAt: number, receivedAt: number): ClockReading {
  return { earliestMs: stamp.getTime() - receivedAt, latestMs: stamp.getTime() + RESOLUTION_MS - sentAt };
}

/** This machine's own clock. */
export function ownClockReading(): ClockReading {
  const offsetMs = Date.now() - performance.now();
  return { earliestMs: offsetMs, latestMs: offsetMs };
}

/** What two readings of one clock say together; the later one alone if the clock was set in between. */
export function narrow(earlier: ClockReading, later: ClockReading): ClockReading {
  const earliestMs = Math.max(earlier.earliestMs, later.earliestMs);
  const latestMs = Math.min(earlier.latestMs, later.latestMs);
  return earliestMs <= latestMs ? { earliestMs, latestMs } : later;
}

/** How far one clock is ahead of another at least; negative if it need not be ahead at all. */
export function aheadMs(clock: ClockReading, other: ClockReading): number {
  return clock.earliestMs - other.latestMs;
}
