import type { StatusAnswer } from "./questions/ask";
import { untilAborted } from "./questions/deadline";
import type { ClusterExpectation, Target } from "./expectation";
import type { AskOptions } from "./options";
import type { EndpointStatus } from "./report";
import { withSession } from "./session";

/**
 * Asks every endpoint for its status, all at once: what `etcdctl endpoint status` asks, one after another.
 *
 * @returns one row per endpoint, in the order given, also for those that did not answer
 * @throws UsageError if the options are wrong
 */
export async function status(options: AskOptions): Promise<EndpointStatus[]> {
  return withSession(options, ({ connections, askStatus }) =>
    untilAborted(
      Promise.all(
        connections.map(async (connection) =>
          statusRow(connection.target, await askStatus(connection), options.expectation),
        ),
      ),
      options.signal,
    ),
  );
}

/** The row of one endpoint. */
export function statusRow(
  target: Target,
  answer: StatusAnswer,
  expectation: ClusterExpectation | undefined,
): EndpointStatus {
  const { endpoint, label } = target;
  return {
    endpoint,
    member: expectation === undefined ? undefined : label,
    status: answer.ok ? answer.value : undefined,
    problem: answer.ok
      ? undefined
      : {
          kind: answer.problem.kind,
          message: answer.problem.message,
          remedy: answer.problem.remedy,
          detail: answer.problem.detail,
        },
    tookMs: answer.tookMs,
  };
}
