import { EndpointProblem, settle, type Member } from "../../client";
import type { Reached } from "../with-members";

/** Until a second member is asked beside one that is silent: the default of the library for applications. */
const HEDGE_AFTER_MS = 300;

/** Whether it may have been done all the same. */
const unclear = ["timed-out", "no-quorum", "disconnected", "silent", "frozen"];

/**
 * For what may be asked several times over: the first answer of any member.
 *
 * @throws EndpointProblem
 */
export async function readAny<T>(
  { members }: Reached,
  signal: AbortSignal,
  read: (member: Member) => Promise<T>,
): Promise<{ readonly member: Member; readonly value: T }> {
  return members.hedged(read, { hedgeAfterMs: HEDGE_AFTER_MS, signal });
}

/**
 * For what must not be done twice: one attempt, at a member that a majority stands behind just now.
 *
 * @param key whatever the user may read or write
 * @throws EndpointProblem, which says so when nobody can tell whether it was done
 */
export async function writeOnce<T>(
  reached: Reached,
  signal: AbortSignal,
  key: Buffer,
  write: (member: Member) => Promise<T>,
): Promise<T> {
  const { member } = await readAny(reached, signal, (each) => answersForMajority(each, key));
  try {
    return await write(member);
  } catch (error) {
    if (!(error instanceof EndpointProblem) || !unclear.includes(error.kind)) throw error;
    throw new EndpointProblem(error.kind, `${error.message}; whether it was done is not known`, {
      remedy: "Look whether it was before you do it again.",
      detail: error.detail,
      cause: error,
    });
  }
}

/** Only a majority answers a linearizable read; also with a refusal. */
async function answersForMajority(member: Member, key: Buffer): Promise<void> {
  const answer = await settle(
    member.call((etcd, options) => etcd.kv.range({ key, keys_only: true }, options)),
  );
  if (!answer.ok && answer.problem.kind !== "permission-denied") throw answer.problem;
}
