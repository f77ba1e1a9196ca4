import { EndpointProblem, type ProblemKind } from "./problem";

/** What became of asking one endpoint. */
export interface Failure {
  readonly endpoint: string;
  readonly problem: EndpointProblem;
}

/** Said by one that lives, of the whole cluster. */
const aboutCluster: readonly ProblemKind[] = ["no-quorum", "no-leader"];

/** From the least on: who was not met says nothing of the cluster, and who is gone says less than who is there and silent. */
const tellingLittle: readonly ProblemKind[] = [
  "learner",
  "unknown-host",
  "no-route",
  "refused",
  "disconnected",
  "unknown",
  "timed-out",
];

function weight({ kind }: EndpointProblem): number {
  if (aboutCluster.includes(kind)) return tellingLittle.length + 1;
  const index = tellingLittle.indexOf(kind);
  return index < 0 ? tellingLittle.length : index;
}

/**
 * Why nobody answered, in one sentence: that of the endpoint which says most; of those that say as much, of the first one.
 *
 * @param failures one at least
 * @returns it names the endpoint, where it is one of several
 */
export function mostTelling(failures: readonly Failure[]): EndpointProblem {
  const { endpoint, problem } = failures.reduce((most, each) =>
    weight(each.problem) > weight(most.problem) ? each : most,
  );
  if (failures.length === 1) return problem;
  return new EndpointProblem(problem.kind, `${endpoint}: ${problem.message}`, {
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
    detail: problem.detail,
    cause: problem,
  });
}
