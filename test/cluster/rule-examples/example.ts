import type { Target } from "../../../lib/cluster/cluster";

export interface RuleExample {
  readonly target: Target;
  readonly text: string;
  /** The whole of what a reader gets. */
  readonly says: string;
}

/** Definitions that break one rule each, by the rule's id. */
export type RuleExamples = Readonly<Record<string, readonly RuleExample[]>>;
