import type { X509Certificate } from "node:crypto";
import { endOf, endsWithItsCa, examineLeaf, type Authority, type Look } from "./examine";
import { CA_ENDS_SOON_MS, daysUntil, ENDS_SOON_MS } from "./lifetimes";
import { lookOf, type PkiOptions } from "./options";
import { clientPlan, planPki, type Clusters, type LeafPlan, type PkiPlan } from "./plan";
import { applicationPlans, authoritiesOf, isThere, strangers } from "./inventory";

/** One key pair, as it is on disk. */
export interface ListedCertificate {
  /** Member, operator, application; for a CA the cluster. */
  readonly owner: string;
  readonly purpose: "client CA" | "peer CA" | LeafPlan["purpose"];
  /** Relative to the project. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly hasKey: boolean;
  /** Of what is missing or cannot be read nothing further is known. */
  readonly certificate: CertificateFacts | undefined;
  /** Empty when it can be used. */
  readonly problems: readonly ListedProblem[];
}

export interface ListedProblem {
  /** Relative to the project. */
  readonly file: string;
  /** Goes on where the file's name ends: `is missing`. */
  readonly says: string;
}

export interface CertificateFacts {
  /** Common name of the CA that signed it. */
  readonly issuer: string;
  /** IP addresses and DNS names. */
  readonly names: readonly string[];
  /** Hexadecimal. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whole days; negative when it has expired. */
  readonly daysLeft: number;
  /** Within 30 days; a CA within 180. */
  readonly endsSoon: boolean;
  /** Whether it was cut short by the end of its CA, so that a new one would end no later; a CA ends with itself. */
  readonly endsWithCa: boolean;
}

/**
 * Everything that is there and that should be, CAs first.
 * @throws {UsageError} for a cluster whose certificates are not kept here
 */
export function listCertificates(clusters: Clusters, options: PkiOptions = {}): ListedCertificate[] {
  const plan = planPki(clusters);
  const look = lookOf(options);
  const authorities = authoritiesOf(plan, look);
  const listed = (leaf: LeafPlan, more: readonly ListedProblem[] = []): ListedCertificate => {
    const { certificate, problems } = examineLeaf(leaf, authorities[leaf.plane], look);
    return {
      owner: leaf.owner,
      purpose: leaf.purpose,
      certFile: leaf.certFile,
      keyFile: leaf.keyFile,
      hasKey: isThere(leaf.keyFile, look),
      certificate:
        certificate === undefined
          ? undefined
          : facts(certificate, authorities[leaf.plane], look, ENDS_SOON_MS),
      problems: [...problems, ...more],
    };
  };
  return [
    listedAuthority(authorities.client, plan, look),
    listedAuthority(authorities.peer, plan, look),
    ...plan.leaves.map((leaf) => listed(leaf)),
    ...applicationPlans(plan, look).map((leaf) => listed(leaf)),
    ...strangers(plan, look)
      .flatMap((owner): LeafPlan[] => [
        { ...clientPlan(plan.layout, owner), ...plan.layout.server(owner), purpose: "server" },
        { ...clientPlan(plan.layout, owner), ...plan.layout.peer(owner), purpose: "peer", plane: "peer" },
      ])
      .filter(({ certFile, keyFile }) => isThere(certFile, look) || isThere(keyFile, look))
      .map((leaf) =>
        listed(leaf, [
          { file: leaf.certFile, says: `is of ${leaf.owner}, which is no member in the definition` },
        ]),
      ),
  ];
}

function listedAuthority(authority: Authority, { clusterName }: PkiPlan, look: Look): ListedCertificate {
  const { plan, main: certificate, problems, hasKey } = authority;
  return {
    owner: clusterName,
    purpose: `${plan.plane} CA`,
    certFile: plan.certFile,
    keyFile: plan.keyFile,
    hasKey,
    certificate: certificate === undefined ? undefined : facts(certificate, authority, look, CA_ENDS_SOON_MS),
    problems,
  };
}

function facts(
  certificate: X509Certificate,
  authority: Authority,
  { now }: Look,
  soonMs: number,
): CertificateFacts {
  const notAfter = endOf(certificate);
  return {
    issuer: /(?:^|\n)CN=(.*)/.exec(certificate.issuer)?.[1] ?? certificate.issuer,
    names: (certificate.subjectAltName ?? "")
      .split(", ")
      .filter((name) => name !== "")
      .map((name) => name.replace(/^(?:DNS|IP Address):/, "")),
    serialNumber: certificate.serialNumber,
    notBefore: new Date(certificate.validFrom),
    notAfter,
    daysLeft: daysUntil(notAfter, now),
    endsSoon: notAfter.getTime() - now.getTime() <= soonMs,
    endsWithCa: endsWithItsCa(certificate, authority),
  };
}
