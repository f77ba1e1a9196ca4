/** New key pairs, on disk and judged as anything else that is there. */
import { join } from "node:path";
import type { KeyPairFiles } from "../cluster/pki-layout";
import { ExternalError } from "../errors";
import { endOf, examineAuthority, examineLeaf, reasons, type Authority, type Look } from "./examine";
import { finishAuthority, publishAuthority, replaceLeaf } from "./files";
import { BACKDATED_MS, CA_LIFE_MS, LEAF_LIFE_MS } from "./lifetimes";
import { makeAuthority, makeLeaf, type Validity } from "./make-certificate";
import type { AuthorityPlan, LeafPlan } from "./plan";

/** @returns the CA that is there now, which is another run's if that was first */
export async function produceAuthority(
  plan: AuthorityPlan,
  look: Look,
): Promise<{ readonly authority: Authority; readonly isOurs: boolean }> {
  const files = absolute(plan, look);
  const isOurs = publishAuthority(
    files,
    await makeAuthority(plan.commonName, validity(look.now, CA_LIFE_MS)),
  );
  // The other run may be between the two files.
  if (!isOurs) finishAuthority(files);
  return { authority: examineAuthority(plan, look), isOurs };
}

/** Two runs at once may each write one half of a pair; the one that finishes last sees that and does it again. */
const ATTEMPTS = 5;

/** @returns when the new certificate ends */
export async function produceLeaf(plan: LeafPlan, authority: Authority, look: Look): Promise<Date> {
  const { signer } = authority;
  if (signer === undefined) throw new TypeError(`nothing to sign ${plan.certFile} with`);
  const life = validity(look.now, LEAF_LIFE_MS, endOf(signer.certificate));
  for (let attempt = 1; ; attempt += 1) {
    replaceLeaf(absolute(plan, look), await makeLeaf(plan, life, signer));
    const written = examineLeaf(plan, authority, look);
    if (written.problems.length === 0 && written.certificate !== undefined) return endOf(written.certificate);
    if (attempt === ATTEMPTS) {
      throw new ExternalError(
        `${plan.certFile} was written ${ATTEMPTS} times, and still ${reasons(written)}`,
        { remedy: "see whether another cdktf-etcd pki is at work in this folder, then run this again" },
      );
    }
  }
}

export function absolute({ certFile, keyFile }: KeyPairFiles, { projectDir }: Look): KeyPairFiles {
  return { certFile: join(projectDir, certFile), keyFile: join(projectDir, keyFile) };
}

/** Whole seconds: a certificate has no others. */
function validity(now: Date, lifeMs: number, noLongerThan?: Date): Validity {
  const seconds = (ms: number): Date => new Date(Math.floor(ms / 1000) * 1000);
  const end = now.getTime() + lifeMs;
  return {
    notBefore: seconds(now.getTime() - BACKDATED_MS),
    notAfter: seconds(Math.min(end, noLongerThan?.getTime() ?? end)),
  };
}
