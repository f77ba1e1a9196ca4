import type { X509Certificate } from "node:crypto";
import { dirname, join } from "node:path";
import type { KeyPairFiles } from "../cluster/pki-layout";
import { endOf, examineLeaf, reasons, type Authority, type Leaf, type Look } from "./examine";
import { closeToOthers, finishAuthority, makePkiFolder, removeAbandoned } from "./files";
import { authoritiesOf, isAbsent, planesInUse, refuseEmpty, type Authorities } from "./inventory";
import { lookOf, type PkiStep, type PkiWriteOptions } from "./options";
import type { LeafPlan, PkiPlan, Plane } from "./plan";
import { describe, type Problem } from "./problem";
import { absolute, produceAuthority, produceLeaf } from "./produce";
import { authorityRefusals, leafRefusals, missingSigner, refuse } from "./refusal";

/** What to look at, and to make where it is missing or does not fit. */
export interface Work {
  readonly leaves: readonly LeafPlan[];
  /** Replaces also what fits. */
  readonly anew: boolean;
  /** Whether CAs that are missing are made too. */
  readonly authorities: boolean;
}

/**
 * Looks at everything first, so that a run that cannot succeed has changed nothing.
 *
 * @throws {ExternalError} when something stands in the way that only a person can settle
 */
export async function carryOut(plan: PkiPlan, work: Work, options: PkiWriteOptions): Promise<PkiStep[]> {
  const look = lookOf(options);
  if (!work.authorities) refuseEmpty(plan, look);
  // Before the CAs: another run that is making everything has both of them on disk before the first of these.
  const inUse = planesInUse(plan, look);
  const authorities: Record<Plane, Authority> = finishedAuthorities(plan, look);
  const leaves = work.leaves.map((leaf) => examineLeaf(leaf, authorities[leaf.plane], look));
  const planes = (["client", "peer"] as const).filter(
    (plane) => work.authorities || work.leaves.some((leaf) => leaf.plane === plane),
  );
  const isToBeMade = (authority: Authority): boolean =>
    work.authorities && isAbsent(authority) && !inUse.includes(authority.plan.plane);
  refuse([
    ...planes.flatMap((plane) =>
      isToBeMade(authorities[plane])
        ? []
        : authorityRefusals(authorities[plane], inUse.includes(plane), plan),
    ),
    ...leaves.flatMap(leafRefusals),
    ...planes.flatMap((plane) =>
      missingSigner(
        authorities[plane],
        leaves.filter((leaf) => leaf.plan.plane === plane && isToBeIssued(leaf, work)),
      ),
    ),
  ]);

  const steps: PkiStep[] = [];
  const take = (step: PkiStep): void => {
    steps.push(step);
    options.onStep?.(step);
  };
  makePkiFolder(join(look.projectDir, plan.layout.folder));
  foldersOf(plan, look).forEach(removeAbandoned);
  for (const plane of planes) {
    options.signal?.throwIfAborted();
    if (isToBeMade(authorities[plane])) {
      const { authority, isOurs } = await produceAuthority(plan.authorities[plane], look);
      refuse(authorityRefusals(authority, false, plan));
      authorities[plane] = authority;
      take({ ...keep(asKept(authority), look), ...(isOurs ? { kind: "made" } : {}) });
    } else if (work.authorities) take(keep(asKept(authorities[plane]), look));
  }
  for (const leaf of leaves) {
    options.signal?.throwIfAborted();
    take(isToBeIssued(leaf, work) ? await issue(leaf, authorities[leaf.plan.plane], look) : keep(leaf, look));
  }
  return steps;
}

interface Kept {
  readonly plan: KeyPairFiles;
  readonly certificate: X509Certificate | undefined;
  readonly problems: readonly Problem[];
}

function asKept({ plan, main, problems }: Authority): Kept {
  return { plan, certificate: main, problems };
}

/** The CAs, also where a run was killed in the middle of one, or is there just now. */
function finishedAuthorities(plan: PkiPlan, look: Look): Authorities {
  const found = authoritiesOf(plan, look);
  const halves = Object.values(found).filter(({ hasCertificate, hasKey }) => hasKey && !hasCertificate);
  if (halves.length === 0) return found;
  halves.forEach((authority) => finishAuthority(absolute(authority.plan, look)));
  return authoritiesOf(plan, look);
}

/** What is wrong in a way that a new certificate settles. */
function isToBeIssued(leaf: Leaf, { anew }: Work): boolean {
  return anew || leaf.problems.some(({ kind }) => kind !== "loose-mode");
}

async function issue(leaf: Leaf, authority: Authority, look: Look): Promise<PkiStep> {
  const { certFile } = leaf.plan;
  const isFirst = leaf.problems.some(({ kind }) => kind === "absent");
  const reason = isFirst || leaf.problems.length === 0 ? undefined : reasons(leaf);
  const endsAt = await produceLeaf(leaf.plan, authority, look);
  return { kind: isFirst ? "made" : "reissued", certFile, reason, endsAt };
}

/** What fits; only its key may have to be taken from others. */
function keep({ plan, certificate, problems }: Kept, look: Look): PkiStep {
  const { certFile, keyFile } = plan;
  if (certificate === undefined) throw new TypeError(`${certFile} is not there to be kept`);
  const endsAt = endOf(certificate);
  if (problems.length === 0) return { kind: "kept", certFile, reason: undefined, endsAt };
  closeToOthers(join(look.projectDir, keyFile));
  return { kind: "closed", certFile, reason: problems.map(describe).join("; "), endsAt };
}

function foldersOf(plan: PkiPlan, look: Look): Set<string> {
  const files = [...Object.values(plan.authorities), ...plan.leaves];
  return new Set(files.map((pair) => dirname(absolute(pair, look).certFile)));
}
