import { setMaxListeners } from "node:events";
import type { AskedEndpoint } from "./check";
import { EndpointProblem, isAboutUser, pause, settle } from "../client";

export interface LeaseGrant {
  readonly id: string;
  /** As granted: never shorter than etcd's minimum, which follows from the election timeout. */
  readonly ttlSeconds: number;
  /** Who granted it. */
  readonly by: AskedEndpoint;
  readonly clusterId: string;
}

/** A grant takes a few milliseconds. After this the next member is asked too: the first may be cut off from the others. */
const hedgeMs = 150;

/**
 * Has a lease granted by the member that answers first, and by the next one if that takes long. A second lease that is
 * granted then is given back at once.
 *
 * @throws EndpointProblem if no member grants one
 */
export async function grantLease(
  endpoints: readonly AskedEndpoint[],
  ttlSeconds: number,
  signal: AbortSignal | undefined,
): Promise<LeaseGrant> {
  let asked = 0;
  const settled = new AbortController();
  const stop = signal === undefined ? settled.signal : AbortSignal.any([signal, settled.signal]);
  // One for every endpoint, of which there may be hundreds; Node warns of more than ten.
  setMaxListeners(0, stop);
  const attempts = endpoints.map(async (by): Promise<LeaseGrant> => {
    const status = await by.status;
    if (!status.ok && isAboutUser(status.problem.kind)) throw status.problem;
    if (!status.ok || status.value.isLearner) {
      throw new Error("no voting member");
    }
    if (!(await pause(hedgeMs * asked++, stop))) {
      throw new Error("no longer needed");
    }
    const lease = await by.client.grantLease(ttlSeconds);
    if (settled.signal.aborted) {
      await settle(by.client.revokeLease(lease.id));
      throw new Error("no longer needed");
    }
    return { ...lease, by, clusterId: status.value.clusterId };
  });
  try {
    return await Promise.any(attempts);
  } catch (error) {
    const causes = error instanceof AggregateError ? (error.errors as unknown[]) : [];
    const problem = causes.find((cause) => cause instanceof EndpointProblem);
    throw (
      problem ??
      new EndpointProblem("unknown", "no voting member answers", { detail: String(error), cause: error })
    );
  } finally {
    settled.abort();
  }
}
