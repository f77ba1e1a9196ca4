import type { StatusAnswer } from "./questions/ask";
import { isAboutUser, isOutOfReach, pause, type Target, untilAborted } from "../client";
import type { VerificationReport } from "./report";
import { withSession, type Session } from "./session";
import { selectChecks, verifyOnce, type VerifyOptions } from "./verify";

/** Something changed at one member while waiting. */
export interface ProgressEvent {
  /** Name of the member, or its endpoint if it has none. */
  readonly member: string;
  readonly endpoint: string;
  /** `healthy`, or in one phrase why not yet, e.g. `connection refused`. */
  readonly state: string;
  readonly healthy: boolean;
  readonly elapsedMs: number;
}

export type WaitOptions = VerifyOptions & {
  /**
   * How long to wait, in milliseconds. After that one last verification runs, so that the report tells what is missing.
   * @default 60000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How long to wait, in milliseconds, while not one endpoint can be reached and `privateNetwork` says that this may be so:
   * waiting longer does not open a way into the network.
   * @default - as long as `timeoutMs`
   */
  readonly unreachableAfterMs?: number | undefined;
  /** Called when the state of a member changes. @default - nobody is told */
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
};

/** An etcd that is up answers within milliseconds, so this is the delay that a user sees; it costs one small call. */
const pollIntervalMs = 200;
/** A full verification that failed is repeated after this, and after twice as long each further time up to a limit. */
const firstRetryMs = 1000;
/** Nobody is kept waiting much longer than the cluster keeps him, and a check every so often is no load. */
const longestRetryMs = 15_000;

/**
 * Waits until the cluster is healthy: asks every member for its status again and again, runs all checks once those look
 * right, and goes on while there is time and waiting can still help.
 *
 * @returns the last report, healthy or not
 * @throws UsageError if the options are wrong
 */
export async function waitUntilHealthy(options: WaitOptions): Promise<VerificationReport> {
  const checks = selectChecks(options);
  return withSession(options, async (session) => {
    const began = performance.now();
    const timeoutMs = options.timeoutMs ?? 60_000;
    const until = began + timeoutMs;
    const deadlines: Deadlines = {
      until,
      unreachableUntil:
        options.privateNetwork === true
          ? began + Math.min(timeoutMs, options.unreachableAfterMs ?? timeoutMs)
          : until,
    };
    const report = progressReporter(options.onProgress);
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(2 * retryMs, longestRetryMs)) {
      await pollUntil(session, report, deadlines, options);
      const verified = await verifyOnce(session, checks, options);
      const left = until - performance.now();
      const isGivenUp = verified.verdict === "unreachable" && performance.now() >= deadlines.unreachableUntil;
      if (verified.verdict === "healthy" || left <= 0 || isGivenUp || isLasting(verified)) {
        return verified;
      }
      await pause(Math.min(retryMs, left), options.signal);
    }
  });
}

interface Deadlines {
  readonly until: number;
  /** As long as nobody could be reached; the same as `until` once somebody was, because then there is a way. */
  unreachableUntil: number;
}

/** Asks only for what is cheap, until every member looks healthy or time is up. */
async function pollUntil(
  session: Session,
  report: Reporter,
  deadlines: Deadlines,
  options: WaitOptions,
): Promise<void> {
  for (;;) {
    session.begin();
    const round = session.connections.map(async (connection) => {
      const answer = await session.askStatus(connection);
      return {
        // Asking on does not make a user: the checks tell what is wrong with this one.
        healthy: report(connection.target, answer) || (!answer.ok && isAboutUser(answer.problem.kind)),
        reached: answer.ok || !isOutOfReach(answer.problem.kind),
      };
    });
    const answers = await untilAborted(Promise.all(round), options.signal);
    if (answers.some(({ reached }) => reached)) deadlines.unreachableUntil = deadlines.until;
    const left = deadlines.unreachableUntil - performance.now();
    if (answers.every(({ healthy }) => healthy) || left <= 0) {
      return;
    }
    await pause(Math.min(pollIntervalMs, left), options.signal);
  }
}

const isLasting = (report: VerificationReport): boolean =>
  report.checks.some(({ results }) =>
    results.some(({ outcome, lasting }) => outcome === "failed" && lasting),
  );

type Reporter = (target: Target, answer: StatusAnswer) => boolean;

function progressReporter(onProgress: WaitOptions["onProgress"]): Reporter {
  const began = performance.now();
  const last = new Map<string, string>();
  return (target, answer) => {
    const state = !answer.ok
      ? answer.problem.message
      : answer.value.leaderId === undefined
        ? "no leader"
        : "healthy";
    const healthy = state === "healthy";
    if (last.get(target.endpoint) !== state) {
      last.set(target.endpoint, state);
      const { endpoint, label: member } = target;
      onProgress?.({ member, endpoint, state, healthy, elapsedMs: performance.now() - began });
    }
    return healthy;
  };
}
