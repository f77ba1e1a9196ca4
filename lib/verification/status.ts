import type { StatusAnswer } from "./questions/ask";
import { pause, type Target, untilAborted } from "../client";
import type { ClusterExpectation } from "./expectation";
import type { AskOptions } from "./options";
import type { EndpointStatus } from "./report";
import { withSession, type Session } from "./session";

/**
 * Asks every endpoint for its status, all at once: what `etcdctl endpoint status` asks, one after another.
 *
 * @returns one row per endpoint, in the order given, also for those that did not answer
 * @throws UsageError if the options are wrong
 */
export async function status(options: AskOptions): Promise<EndpointStatus[]> {
  return withSession(options, (session) => askRound(session, options));
}

export type WatchStatusOptions = AskOptions & {
  /**
   * From the end of one round to the start of the next, in milliseconds.
   * @default 2000
   */
  readonly intervalMs?: number | undefined;
  /** Called with the rows of every round. */
  readonly onRound: (rows: readonly EndpointStatus[]) => void;
};

/**
 * Asks every endpoint for its status again and again, over connections that stay open.
 *
 * @returns never: rejects with the signal's reason
 * @throws UsageError if the options are wrong
 */
export async function watchStatus(options: WatchStatusOptions): Promise<never> {
  const { intervalMs = 2000, onRound, signal } = options;
  return withSession(options, async (session) => {
    for (;;) {
      session.begin();
      onRound(await askRound(session, options));
      await pause(intervalMs, signal);
      signal?.throwIfAborted();
    }
  });
}

function askRound(session: Session, { expectation, signal }: AskOptions): Promise<EndpointStatus[]> {
  const rows = session.connections.map(async (connection) =>
    statusRow(connection.target, await session.askStatus(connection), expectation),
  );
  return untilAborted(Promise.all(rows), signal);
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
