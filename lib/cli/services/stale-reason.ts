import type { EndpointProblem, ProblemKind } from "../../discovery";

/** What a member says that answers, but cannot be relied on. */
const SAID_BY_MEMBERS: readonly ProblemKind[] = [
  "user-required",
  "wrong-password",
  "permission-denied",
  "invalid-token",
  "no-leader",
  "no-quorum",
  "corrupt",
];

/** Why what is known may not be what is: a phrase. */
export function staleReasonOf(problem: EndpointProblem | undefined): string {
  if (problem === undefined) return "no member answers";
  return SAID_BY_MEMBERS.includes(problem.kind) ? problem.message : `no member answers (${problem.message})`;
}
