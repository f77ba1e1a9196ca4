import type { MemberStatus } from "./questions/answers";
import type { StatusAnswer } from "./questions/ask";
import { type Answer, settle, untilAborted, withDeadline } from "../client";
import type { EndpointClient } from "./questions/endpoint-client";

/** One election timeout, 1 s by default, and what an election takes: https://etcd.io/docs/v3.5/tuning/#time-parameters */
const longestWindowMs = 1500;

export interface StatusAgainOptions {
  /** Settles when there is nothing else left to wait for. Asked for it once the first status is there. */
  readonly othersDone: () => Promise<unknown>;
  readonly callTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks a member for its status a second time. Between the two lies the time that all other checks take, so that watching
 * costs none of its own: some 50 ms of a healthy cluster, and as long as is useful if `lease-expires` runs too.
 *
 * @returns the first answer if that was none
 */
export async function statusAgain(
  client: EndpointClient,
  first: Promise<StatusAnswer>,
  { othersDone, callTimeoutMs, signal }: StatusAgainOptions,
): Promise<Answer<MemberStatus>> {
  const until = performance.now() + callTimeoutMs;
  const answer = await first;
  if (!answer.ok) return answer;
  const windowMs = Math.min(longestWindowMs, Math.max(0, until - performance.now()));
  const closed = withDeadline(othersDone(), windowMs, () => new Error("watched for long enough"));
  await untilAborted(closed, signal).catch(() => undefined);
  return settle(client.status());
}
