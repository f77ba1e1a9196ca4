/** What there is in a cluster's folder, beside what there should be. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ExternalError } from "../errors";
import { examineAuthority, type Authority, type Look } from "./examine";
import { clientPlan, type LeafPlan, type PkiPlan, type Plane } from "./plan";

export type Authorities = Readonly<Record<Plane, Authority>>;

export function authoritiesOf({ authorities }: PkiPlan, look: Look): Authorities {
  return {
    client: examineAuthority(authorities.client, look),
    peer: examineAuthority(authorities.peer, look),
  };
}

export function isAbsent({ hasCertificate, hasKey }: Authority): boolean {
  return !hasCertificate && !hasKey;
}

/** Planes with certificates or keys that a CA must have signed. */
export function planesInUse(plan: PkiPlan, look: Look): Plane[] {
  return [...plan.leaves, ...applicationPlans(plan, look)]
    .filter(({ certFile, keyFile }) => isThere(certFile, look) || isThere(keyFile, look))
    .map(({ plane }) => plane);
}

/** Whether there is nothing at all, or only what a run left that was killed before its first file. */
export function isEmpty(plan: PkiPlan, look: Look): boolean {
  return planesInUse(plan, look).length === 0 && Object.values(authoritiesOf(plan, look)).every(isAbsent);
}

/** @throws {ExternalError} when there is nothing to begin with */
export function refuseEmpty(plan: PkiPlan, look: Look): void {
  if (!isEmpty(plan, look)) return;
  throw new ExternalError(`there are no certificates for ${plan.clusterName} yet`, {
    remedy: "make them with cdktf-etcd pki init",
  });
}

/** Client certificates that were issued beside the operator's. */
export function applicationPlans({ layout, leaves }: PkiPlan, { projectDir }: Look): LeafPlan[] {
  const known = leaves.map(({ certFile }) => certFile);
  const folder = dirname(layout.client("any").certFile);
  const owners = namesIn(join(projectDir, folder)).flatMap(
    (name) => /^([^.].*)\.(?:crt|key)$/.exec(name)?.[1] ?? [],
  );
  return [...new Set(owners)]
    .map((owner) => clientPlan(layout, owner))
    .filter(({ certFile }) => !known.includes(certFile));
}

/** Members that have a folder and are not, or no longer, in the definition. */
export function strangers({ layout, memberNames }: PkiPlan, { projectDir }: Look): string[] {
  const folder = dirname(dirname(layout.server("any").certFile));
  return namesIn(join(projectDir, folder)).filter(
    (name) => !name.startsWith(".") && !memberNames.includes(name),
  );
}

export function isThere(file: string, { projectDir }: Look): boolean {
  return existsSync(join(projectDir, file));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
