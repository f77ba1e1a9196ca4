/** In milliseconds, by `now()`. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Of periods that do not overlap each other. */
export function overlapMs(one: Period, others: readonly Period[]): number {
  return others.reduce(
    (sum, { from, to }) => sum + Math.max(0, Math.min(one.to, to) - Math.max(one.from, from)),
    0,
  );
}
