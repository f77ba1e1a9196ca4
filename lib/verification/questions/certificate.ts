import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { brokenHash } from "./signature-algorithm";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Time for a rollout in working hours, and for one that fails. */
const ENDS_SOON_MS = 30 * DAY_MS;
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** What the CA/Browser Forum asks for, and NIST: https://cabforum.org/working-groups/server/baseline-requirements/requirements/#615-key-sizes */
const MIN_RSA_BITS = 2048;
const MIN_EC_BITS = 256;

export const beginOf = (certificate: X509Certificate): Date => new Date(certificate.validFrom);
export const endOf = (certificate: X509Certificate): Date => new Date(certificate.validTo);

/** Whole days, rounded down. */
export const daysBetween = (from: Date, to: Date): number =>
  Math.floor((to.getTime() - from.getTime()) / DAY_MS);

/**
 * Whether it should have been renewed by now: less than 30 days are left, or than a third of its life if that is shorter, which is when
 * cert-manager renews (https://cert-manager.io/docs/usage/certificate/#reissuance-triggered-by-expiry-renewal).
 */
export function endsSoon(certificate: X509Certificate, now: Date): boolean {
  const life = endOf(certificate).getTime() - beginOf(certificate).getTime();
  return endOf(certificate).getTime() - now.getTime() < Math.min(ENDS_SOON_MS, life / 3);
}

/** `12 days`, `3 hours` */
export function leftOf(certificate: X509Certificate, now: Date): string {
  const days = daysBetween(now, endOf(certificate));
  if (days > 0) return `${days} ${days === 1 ? "day" : "days"}`;
  const hours = Math.max(0, Math.floor((endOf(certificate).getTime() - now.getTime()) / (DAY_MS / 24)));
  return `${hours} ${hours === 1 ? "hour" : "hours"}`;
}

/** `2026-11-24 02:31 UTC` */
export const formatTime = (date: Date): string =>
  date.toISOString().replace(/^(.*)T(\d\d:\d\d).*$/, "$1 $2 UTC");

/** The common name, or all of a name that has none. */
export function shortName(distinguishedName: string): string {
  return /^CN=(.*)$/m.exec(distinguishedName)?.[1] ?? distinguishedName.replaceAll("\n", ", ");
}

export const issuerOf = (certificate: X509Certificate): string => shortName(certificate.issuer);
export const subjectOf = (certificate: X509Certificate): string => shortName(certificate.subject);
export const isSelfSigned = (certificate: X509Certificate): boolean => certificate.checkIssued(certificate);

/** Host names and addresses that it is for, as they stand in it. */
export function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? "")
    .split(", ")
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? []);
}

/** Whether it is for this host; the common name does not count, as it does not for Go since 1.15 and so not for etcd. */
export function isFor(certificate: X509Certificate, host: string): boolean {
  return isIP(host) === 0
    ? certificate.checkHost(host, { subject: "never" }) !== undefined
    : certificate.checkIP(host) !== undefined;
}

/** Whether it says that a client may show it; one that says nothing may be used for everything. */
export function isForClients(certificate: X509Certificate): boolean {
  // Node says undefined where there are none, whatever its types say.
  const usages = certificate.keyUsage as string[] | undefined;
  return usages === undefined || usages.includes(CLIENT_AUTH);
}

/** `ECDSA P-256`, `RSA 2048` */
export function keyOf({ publicKey }: X509Certificate): string {
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: details } = publicKey;
  if (details?.namedCurve !== undefined) return `ECDSA ${curves[details.namedCurve] ?? details.namedCurve}`;
  return details?.modulusLength === undefined ? type : `${type.toUpperCase()} ${details.modulusLength}`;
}

const curves: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp224r1: "P-224",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

/** What about it can be broken by computing; `undefined`: nothing known. */
export function weaknessOf(certificate: X509Certificate): string | undefined {
  const { modulusLength, namedCurve } = certificate.publicKey.asymmetricKeyDetails ?? {};
  const curveBits = Number(/\d{3}/.exec(namedCurve ?? "")?.[0] ?? MIN_EC_BITS);
  if ((modulusLength ?? MIN_RSA_BITS) < MIN_RSA_BITS || curveBits < MIN_EC_BITS) {
    return `has a key that is too short: ${keyOf(certificate)}`;
  }
  const hash = brokenHash(certificate);
  return hash === undefined ? undefined : `is signed with ${hash}`;
}

/** Every certificate in a PEM file; what cannot be read is left out. */
export function certificatesIn(pem: Buffer): X509Certificate[] {
  const blocks = pem.toString().match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/** Whether one of these CAs signed one of the certificates that were shown, or is among them. */
export function isSignedByAny(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): boolean {
  return chain.some((certificate) =>
    authorities.some(
      (ca) =>
        ca.fingerprint256 === certificate.fingerprint256 ||
        (certificate.checkIssued(ca) && certificate.verify(ca.publicKey)),
    ),
  );
}
