import type { Outcome } from "../check";

const worstFirst = ["failed", "warned", "passed"] as const;

/** Of several results together; `skipped` only if all were. */
export function worstOutcome(outcomes: Iterable<Outcome>): Outcome {
  const given = new Set(outcomes);
  return worstFirst.find((outcome) => given.has(outcome)) ?? "skipped";
}
