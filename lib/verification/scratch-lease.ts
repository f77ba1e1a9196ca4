import type { AskedEndpoint } from "./check";
import { grantLease, type LeaseGrant } from "./grant-lease";
import { settle } from "../client";

/** Long enough for every check, short enough that nothing stays behind for long if this program is killed. */
const scratchTtlSeconds = 60;

/** The lease on which everything hangs that the checks write. */
export class ScratchLease {
  private lease: Promise<LeaseGrant> | undefined;

  /**
   * The lease, granted when it is first asked for.
   *
   * @throws EndpointProblem if no member grants one
   */
  get(endpoints: readonly AskedEndpoint[], signal: AbortSignal | undefined): Promise<LeaseGrant> {
    this.lease ??= grantLease(endpoints, scratchTtlSeconds, signal);
    return this.lease;
  }

  /** Ends it, and every key with it. If that cannot be done now, it ends by itself. */
  async end(): Promise<void> {
    if (this.lease !== undefined) {
      await settle(this.lease.then(({ by, id }) => by.client.revokeLease(id)));
    }
  }
}
