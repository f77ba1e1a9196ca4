import type { HealthWatch } from "../lab/health-watch";
import type { Lab } from "../lab/lab";

/** One thing that goes wrong in a running cluster, and how it comes right again. */
export interface Drill {
  /** What happens, as a row of the table says it. */
  readonly title: string;
  /** Only what fits an etcd cluster's life; what is checked after each drill is in `drill-ground.ts`. */
  readonly run: (drill: DrillContext) => Promise<void>;
}

export interface SeesOptions {
  /** All members of which it is true at that time. @default - those that it may be said of */
  readonly broken?: readonly string[];
  /** IDs of checks, for a quick look at what does not last. @default - all */
  readonly checks?: string;
}

export interface DrillContext {
  readonly lab: Lab;
  readonly health: HealthWatch;
  /** The leader's name, asked of etcd. */
  readonly leader: () => Promise<string>;
  /** Names of the others. */
  readonly followers: () => Promise<string[]>;
  /** Does the damage. The time without acknowledged writes counts from here. */
  readonly breaks: <Result>(action: () => Promise<Result>) => Promise<Result>;
  /**
   * Has `cdktf-etcd verify` look, until it says this of this member, or of one of these, and of no member that is not broken; keeps
   * its words for the table. What passes by itself has to be looked for before it is done.
   * @throws Error with all that it said last when it never does
   */
  readonly sees: (member: string | readonly string[], reason: RegExp, options?: SeesOptions) => Promise<void>;
  /** Takes the cause away, and nothing more. The time to recover counts from here; without it, from the damage. */
  readonly mends: <Result>(action: () => Promise<Result>) => Promise<Result>;
  /** Keeps an observation for the table. */
  readonly notes: (text: string) => void;
}

/** What came of a drill. */
export interface DrillRecord {
  readonly title: string;
  /** What `verify` said meanwhile, or what the machine said. */
  readonly seen: readonly string[];
  /** From the end of the cause until every member said that it is healthy. */
  readonly recoveredMs: number;
  /** Longest time without an acknowledged write from the damage to the recovery. */
  readonly longestWriteGapMs: number;
  /** Writes acknowledged during the drill. */
  readonly acknowledged: number;
  /** Acknowledged writes of this drill, and all before, that are not there any more. */
  readonly lost: number;
}
