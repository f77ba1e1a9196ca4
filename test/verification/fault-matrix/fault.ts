import type { ClusterExpectation, ProblemKind, Verdict, VerifyOptions } from "../../../lib/verification";
import type { Ground, Transport } from "./ground";

/** One thing that is wrong with a cluster or with how it is asked, and how it is made for real. */
export interface Fault {
  /** What is wrong, as a phrase. */
  readonly title: string;
  /** Where it exists. @default - on both */
  readonly transport?: Transport;
  /** On which releases it is made, 0 being the oldest. @default - on all */
  readonly releases?: readonly number[];
  /** Makes it, and returns once it is there. */
  readonly make: (ground: Ground) => Promise<Made>;
}

export interface Made {
  /** How the cluster is asked. @default - as a healthy one is */
  readonly ask?: AskOtherwise | undefined;
  /** What happens while it is asked. @default - nothing */
  readonly meanwhile?: (() => Promise<void>) | undefined;
  /** What must be said. */
  readonly says: readonly Accusation[];
  /** What follows from the fault and may be said too; anything else must not. */
  readonly maySay?: readonly Accusation[] | undefined;
  /** @default - unhealthy if something must fail, else healthy */
  readonly verdict?: Verdict | undefined;
  /** Takes it back: members that are frozen or not running are seen to by the ground. @default - nothing of the cluster was changed */
  readonly undo?: (() => Promise<void>) | undefined;
}

export type AskOtherwise = Partial<Omit<VerifyOptions, "expectation" | "endpoints">> & {
  readonly expectation?: ClusterExpectation | undefined;
  /** Asks these, and knows no definition. */
  readonly endpoints?: readonly string[] | undefined;
};

/** One finding that is no pass. */
export interface Accusation {
  /** ID of the check that says it. */
  readonly check: string;
  /** @default "failed" */
  readonly outcome?: "failed" | "warned";
  /** Whom it names, by the endpoint where no definition is known; `null` for the cluster as a whole. @default - anybody */
  readonly member?: string | null | undefined;
  readonly reason: RegExp;
  /** What keeps the member from answering. @default - not looked at */
  readonly kind?: ProblemKind;
}
