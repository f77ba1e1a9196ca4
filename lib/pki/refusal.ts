import { ExternalError } from "../errors";
import { reasons, type Authority, type Leaf } from "./examine";
import type { PkiPlan } from "./plan";
import { describe, isLeftToPeople, type Problem } from "./problem";

/** Why nothing is done, and what to do about it. */
export interface Refusal {
  readonly message: string;
  readonly remedy: string;
}

/** @throws {ExternalError} with all of them, when there are any */
export function refuse(refusals: readonly Refusal[]): void {
  const last = refusals.at(-1);
  if (last === undefined) return;
  const others = refusals.slice(0, -1).map(({ message, remedy }) => `${message}\n  ${remedy}`);
  throw new ExternalError([...others, last.message].join("\n"), { remedy: last.remedy });
}

/**
 * What to do about a CA. A new one is never made where it would replace another: all members and clients trust the old one.
 *
 * @param hasLeaves whether there are certificates that it must have signed
 */
export function authorityRemedy(
  problem: Problem,
  authority: Authority,
  hasLeaves: boolean,
  { layout }: PkiPlan,
): string {
  const { certFile, keyFile } = authority.plan;
  const anew = `move ${layout.folder} away and run cdktf-etcd pki init: all members and clients then need the new certificates at once`;
  switch (problem.kind) {
    case "missing":
      if (authority.hasKey)
        return `put it back beside ${keyFile}, the members have copies; or, if nothing uses that key yet, remove it and run cdktf-etcd pki init`;
      return hasLeaves
        ? `put it back, the members have copies; to start with a new CA, ${anew}`
        : "cdktf-etcd pki init makes it";
    case "wrong-key":
      return `put the key of ${certFile} there, or none: it is needed only to make certificates`;
    case "loose-mode":
      return `chmod 600 ${problem.file}; if others may have read it, everything that it signs is in doubt: ${anew}`;
    case "unreadable":
      return "make it readable for the user who runs this";
    case "not-yet-valid":
      return "set the clock of this machine";
    case "expired":
      return `nothing renews a CA; to start with a new one, ${anew}`;
    default:
      return `put the right file back; to start with a new CA, ${anew}`;
  }
}

export function looseModeRemedy({ file }: Problem): string {
  return `chmod 600 ${file}; if others may have read it, make a new one with cdktf-etcd pki renew`;
}

/** Missing, unreadable or wrong in a way that no run of ours may touch. */
export function authorityRefusals(authority: Authority, hasLeaves: boolean, plan: PkiPlan): Refusal[] {
  return authority.problems
    .filter(({ kind }) => kind !== "loose-mode")
    .map((problem) => ({
      message: describe(problem),
      remedy: authorityRemedy(problem, authority, hasLeaves, plan),
    }));
}

export function leafRefusals(leaf: Leaf): Refusal[] {
  return leaf.problems.filter(isLeftToPeople).map((problem) => ({
    message: describe(problem),
    remedy:
      problem.kind === "unreadable"
        ? "make it readable for the user who runs this"
        : "move it away, then run this again",
  }));
}

/** @param leaves those that this CA would have to sign */
export function missingSigner(
  { plan, hasCertificate, signer, problems }: Authority,
  leaves: readonly Leaf[],
): Refusal[] {
  // What is wrong with a CA beyond an absent key has been said already.
  const isOffline = hasCertificate && signer === undefined && problems.length === 0;
  if (!isOffline || leaves.length === 0) return [];
  const files = leaves.map((leaf) =>
    leaf.problems.length === 0 ? leaf.plan.certFile : `${leaf.plan.certFile} (${reasons(leaf)})`,
  );
  return [
    {
      message: `${plan.keyFile} is missing, and without it nothing can be signed: ${files.join(", ")}`,
      remedy: "put the key back for as long as this takes",
    },
  ];
}
