import type { KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { formatDay } from "./lifetimes";
import type { AuthorityPlan, LeafPlan } from "./plan";
import { describe, type Problem } from "./problem";
import { readCertificates, readPrivateKey } from "./read-pem";
import { SIGNING_KEYS, signingAlgorithm } from "./signing-algorithm";
import { USAGES, usagesOf, type Usage } from "./usages";

/** What is on disk of a CA. */
export interface Authority {
  readonly plan: AuthorityPlan;
  /** Everything in its certificate file: during a change of CA, the old one's certificate stands beside the new one's. */
  readonly trusted: readonly X509Certificate[];
  /** The certificate that it signs with: the one of its key, or the first. */
  readonly main: X509Certificate | undefined;
  /** The certificate that its key belongs to; undefined while the key is kept elsewhere, or when something is wrong with it. */
  readonly signer: { readonly certificate: X509Certificate; readonly key: KeyObject } | undefined;
  /** A missing key is none: it may be kept offline. */
  readonly problems: readonly Problem[];
  readonly hasCertificate: boolean;
  readonly hasKey: boolean;
}

/** What is on disk of a certificate that a CA signed. */
export interface Leaf {
  readonly plan: LeafPlan;
  readonly certificate: X509Certificate | undefined;
  readonly problems: readonly Problem[];
}

export interface Look {
  readonly projectDir: string;
  readonly now: Date;
}

export function examineAuthority(plan: AuthorityPlan, { projectDir, now }: Look): Authority {
  const certificates = readCertificates(projectDir, plan.certFile);
  const key = readPrivateKey(projectDir, plan.keyFile);
  const trusted = certificates.value ?? [];
  const signing = key.value === undefined ? undefined : trusted.find((one) => one.checkPrivateKey(key.value));
  const problems: Problem[] = [
    ...certificates.problems,
    ...key.problems.filter(({ kind }) => kind !== "missing"),
  ];
  const [main] = signing === undefined ? trusted : [signing];
  if (main !== undefined) {
    if (!main.ca || !main.checkIssued(main)) {
      problems.push({
        kind: "no-ca",
        file: plan.certFile,
        says: "is not the certificate of a self-signed CA",
      });
    }
    problems.push(...timeProblems(main, plan.certFile, now));
    if (key.value !== undefined && signing === undefined) {
      problems.push({ kind: "wrong-key", file: plan.keyFile, says: `does not belong to ${plan.certFile}` });
    }
    if (key.value !== undefined && signingAlgorithm(key.value) === undefined) {
      const says = `must be ${SIGNING_KEYS} to sign certificates here, got ${key.value.asymmetricKeyType ?? "another kind"}`;
      problems.push({ kind: "wrong-key", file: plan.keyFile, says });
    }
  }
  return {
    plan,
    trusted,
    main,
    signer:
      signing === undefined || key.value === undefined ? undefined : { certificate: signing, key: key.value },
    problems,
    hasCertificate: !isMissing(certificates.problems),
    hasKey: !isMissing(key.problems),
  };
}

/** @param authority the CA that must have signed it; what is wrong with the CA itself is not said again */
export function examineLeaf(plan: LeafPlan, authority: Authority, { projectDir, now }: Look): Leaf {
  const certificates = readCertificates(projectDir, plan.certFile);
  const key = readPrivateKey(projectDir, plan.keyFile);
  const problems: Problem[] =
    isMissing(certificates.problems) && isMissing(key.problems)
      ? [{ kind: "absent", file: plan.certFile, says: "is missing, and so is its key" }]
      : [...certificates.problems, ...key.problems];
  const certificate = certificates.value?.[0];
  if (certificate !== undefined) {
    if (key.value !== undefined && !certificate.checkPrivateKey(key.value)) {
      problems.push({ kind: "wrong-key", file: plan.keyFile, says: `does not belong to ${plan.certFile}` });
    }
    const about = (kind: Problem["kind"], says: string): void =>
      void problems.push({ kind, file: plan.certFile, says });
    if (authority.trusted.length > 0 && issuerOf(certificate, authority) === undefined)
      about("wrong-ca", `is not signed by the CA in ${authority.plan.certFile}`);
    problems.push(...timeProblems(certificate, plan.certFile, now));
    const names = plan.names.filter((name) => !isValidFor(certificate, name));
    if (names.length > 0) about("names", `is not valid for ${names.join(", ")}`);
    const usages = missingUsages(certificate, plan);
    if (usages.length > 0)
      about("wrong-usage", `lacks the extended key usage ${usages.join(" and ")} that etcd needs`);
  }
  return { plan, certificate, problems };
}

export function issuerOf(certificate: X509Certificate, authority: Authority): X509Certificate | undefined {
  return authority.trusted.find((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
}

/** Whether a certificate was cut short, so that a new one would end no later. */
export function endsWithItsCa(certificate: X509Certificate, authority: Authority): boolean {
  const issuer = issuerOf(certificate, authority);
  const next = authority.signer?.certificate ?? issuer;
  return issuer !== undefined && issuer === next && endOf(certificate) >= endOf(issuer);
}

export function endOf(certificate: X509Certificate): Date {
  return new Date(certificate.validTo);
}

/** `is missing; is not valid for …`: all of one leaf in one line, the file of each only where it is another one. */
export function reasons(leaf: Leaf): string {
  return leaf.problems
    .map((problem) => (problem.file === leaf.plan.certFile ? problem.says : describe(problem)))
    .join("; ");
}

function timeProblems(certificate: X509Certificate, file: string, now: Date): Problem[] {
  const [begin, end] = [new Date(certificate.validFrom), endOf(certificate)];
  if (end <= now) return [{ kind: "expired", file, says: `has expired on ${formatDay(end)}` }];
  if (begin > now)
    return [
      {
        kind: "not-yet-valid",
        file,
        says: `is not valid before ${begin.toISOString()}, and the clock of this machine says ${now.toISOString()}`,
      },
    ];
  return [];
}

function isValidFor(certificate: X509Certificate, name: string): boolean {
  return isIP(name) === 0
    ? certificate.checkHost(name, { subject: "never" }) !== undefined
    : certificate.checkIP(name) !== undefined;
}

function missingUsages(certificate: X509Certificate, { purpose }: LeafPlan): Usage[] {
  // The types do not know that a certificate without the extension has none.
  const has = (certificate.keyUsage as readonly string[] | undefined) ?? [];
  return usagesOf(purpose).filter((usage) => !has.includes(USAGES[usage]));
}

function isMissing(problems: readonly Problem[]): boolean {
  return problems.some(({ kind }) => kind === "missing");
}
