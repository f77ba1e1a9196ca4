import { UsageError } from "../errors";

/**
 * How long things may take, for all of a registry. A member that is frozen, or cut off from the others, says nothing; only an answer
 * that stays away tells.
 */
export interface Timing {
  /**
   * Longest time for one call, in milliseconds.
   * @default 2000
   */
  readonly callTimeoutMs: number;
  /**
   * A member that is silent for so long is not waited for alone: the next one is asked as well.
   * @default 300
   */
  readonly hedgeAfterMs: number;
  /**
   * How often a discovery makes sure that its member has a quorum and its watch is alive.
   * @default 500
   */
  readonly checkEveryMs: number;
}

export const defaultTiming: Timing = { callTimeoutMs: 2000, hedgeAfterMs: 300, checkEveryMs: 500 };

/**
 * The given times, and the default of the others.
 *
 * @throws UsageError naming every time that is none
 */
export function timingOf(given: Partial<Timing>): Timing {
  const timing = { ...defaultTiming };
  const mistakes: string[] = [];
  for (const name of ["callTimeoutMs", "hedgeAfterMs", "checkEveryMs"] as const) {
    const ms = given[name] ?? timing[name];
    if (Number.isFinite(ms) && ms >= 1) Object.assign(timing, { [name]: ms });
    else mistakes.push(`${name} is ${ms}, and must be a number of milliseconds, 1 at least`);
  }
  if (mistakes.length > 0)
    throw new UsageError(mistakes.join("; "), { remedy: "Leave it out to have its default." });
  return timing;
}
