import { EndpointProblem, pause } from "../../client";
import type { World } from "../world";
import { cannotPass } from "../cannot-pass";
import { Requests } from "./requests";
import { writeSlots } from "./slots";

/** Long enough for other members to have noticed something, short beside a call. */
const RETRY_MS = 100;

/**
 * Ends a lease, and with it every key that hangs on it. Takes two calls' time at most: one may be lost to a change of the leader.
 *
 * @returns whether a member has confirmed it
 */
export async function revokeLease(world: World, leaseId: string): Promise<boolean> {
  const { callTimeoutMs } = world.timing;
  const signal = AbortSignal.timeout(2 * callTimeoutMs);
  const requests = new Requests(world, { callTimeoutMs, signal });
  do {
    try {
      await writeSlots.take(world, signal, () => requests.revoke(leaseId));
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof EndpointProblem)) throw error;
      if (error.kind === "lease-not-found") return true;
      if (cannotPass(error)) return false;
    }
  } while (await pause(RETRY_MS, signal));
  return false;
}
