import { UsageError } from "../errors";
import { endOf, endsWithItsCa, examineLeaf } from "./examine";
import { applicationPlans, authoritiesOf, refuseEmpty } from "./inventory";
import { ENDS_SOON_MS } from "./lifetimes";
import { lookOf, type PkiStep, type PkiWriteOptions } from "./options";
import { planPki, type Clusters, type LeafPlan } from "./plan";
import { carryOut } from "./work";

export interface RenewRequest {
  /** Members, applications or `operator`, whenever their certificates end. */
  readonly names?: readonly string[] | undefined;
  /** All there are, whenever they end. @default false */
  readonly all?: boolean | undefined;
  /** Without names: those that end within this time. @default 30 days */
  readonly withinMs?: number | undefined;
}

/**
 * Replaces certificates and their keys; CAs are never replaced. A certificate that ends together with its CA is left alone,
 * unless it is named: a new one would not last longer.
 *
 * @returns no step when nothing ends soon
 * @throws {UsageError} for a name that nothing here has
 * @throws {ExternalError} when a CA or its key is not here; nothing was changed then
 */
export async function renewCertificates(
  clusters: Clusters,
  { names = [], all = false, withinMs = ENDS_SOON_MS }: RenewRequest,
  options: PkiWriteOptions = {},
): Promise<PkiStep[]> {
  const plan = planPki(clusters);
  const look = lookOf(options);
  refuseEmpty(plan, look);
  const every = [...plan.leaves, ...applicationPlans(plan, look)];
  const owners = [...new Set(every.map(({ owner }) => owner))];
  const unknown = names.filter((name) => !owners.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`no certificate of ${unknown.join(", ")}; there are those of ${owners.join(", ")}`, {
      remedy: "cdktf-etcd pki issue --client NAME makes the first one of an application",
    });
  }
  const authorities = authoritiesOf(plan, look);
  const endsInTime = (leaf: LeafPlan): boolean => {
    const authority = authorities[leaf.plane];
    const { certificate } = examineLeaf(leaf, authority, look);
    if (certificate === undefined || endsWithItsCa(certificate, authority)) return false;
    return endOf(certificate).getTime() - look.now.getTime() <= withinMs;
  };
  const leaves = every.filter(
    (leaf) => all || (names.length > 0 ? names.includes(leaf.owner) : endsInTime(leaf)),
  );
  if (leaves.length === 0) return [];
  return carryOut(plan, { leaves, anew: true, authorities: false }, { ...options, ...look });
}
