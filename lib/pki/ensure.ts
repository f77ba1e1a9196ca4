import { carryOut } from "./work";
import type { PkiStep, PkiWriteOptions } from "./options";
import { planPki, type Clusters } from "./plan";

/**
 * Makes what a cluster's certificates lack: both CAs, a server and a peer certificate per member, the operator's. What is
 * there and fits is kept, a CA always; what a CA signed and does not fit any more is issued again. Safe to run again, also
 * after a run that was cut short and beside another one.
 *
 * @param clusters the same definition for each target that its certificates are to serve: addresses differ between targets, and
 *   a certificate that lacks one is issued again
 * @throws {UsageError} for a cluster whose certificates are not kept here
 * @throws {ExternalError} when a CA is incomplete or its key is needed and not here; nothing was changed then
 */
export async function ensurePki(clusters: Clusters, options: PkiWriteOptions = {}): Promise<PkiStep[]> {
  const plan = planPki(clusters);
  return carryOut(plan, { leaves: plan.leaves, anew: false, authorities: true }, options);
}
