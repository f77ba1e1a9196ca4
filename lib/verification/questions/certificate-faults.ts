import type { X509Certificate } from "node:crypto";
import {
  beginOf,
  certificatesIn,
  daysBetween,
  endOf,
  formatTime,
  isFor,
  isForClients,
  isSelfSigned,
  isSignedByAny,
  issuerOf,
  namesOf,
  subjectOf,
  weaknessOf,
} from "./certificate";
import type { ProblemKind, TlsOptions } from "../../client";
import type { TlsSight } from "./tls-probe";

export interface CertificateFault {
  readonly kind: ProblemKind;
  /** The whole sentence. */
  readonly message: string;
  readonly remedy: string;
}

/** Something wrong with a certificate, to be said of it: `expired on …`. */
export interface ServerCertificateFault {
  readonly kind: ProblemKind;
  readonly says: string;
  readonly remedy: string;
}

/** Who must have signed a server's certificate. */
export interface Trust {
  /** `undefined`: a CA that Node trusts. */
  readonly ca: Buffer | undefined;
}

/** OpenSSL's words for faults that are told better by what stands in the certificate. */
const TIME_ERRORS = ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"];
/** No way up to a CA that is trusted. https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED =
  /^(?:UNABLE_TO_(?:GET_ISSUER|VERIFY)|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|INVALID_CA)/;

/**
 * Why a client refuses the certificate that a server showed; the reason first that makes the others idle.
 *
 * @param trust `undefined`: not known, so nothing is said about who signed it
 */
export function serverCertificateFaults(
  { chain, chainError }: Pick<TlsSight, "chain" | "chainError">,
  host: string,
  trust: Trust | undefined,
  now = new Date(),
): ServerCertificateFault[] {
  const [certificate] = chain;
  if (certificate === undefined) return [];
  const signer = trust === undefined ? undefined : signerFault(certificate, chain, chainError, trust.ca);
  const faults = [signer, timeFault(certificate, now), nameFault(certificate, host)].filter(
    (fault) => fault !== undefined,
  );
  const other = trust === undefined || faults.length > 0 ? undefined : otherFault(certificate, chainError);
  return other === undefined ? faults : [other];
}

function signerFault(
  certificate: X509Certificate,
  chain: readonly X509Certificate[],
  chainError: string | undefined,
  ca: Buffer | undefined,
): ServerCertificateFault | undefined {
  // What is last wrong hides what was wrong before: an expired certificate of an unknown CA counts as expired.
  const isHidden = chainError === undefined || TIME_ERRORS.includes(chainError);
  const given = ca === undefined ? undefined : certificatesIn(ca);
  const isUntrusted = isHidden
    ? given !== undefined && !isSignedByAny(chain, given)
    : UNTRUSTED.test(chainError);
  if (!isUntrusted) return undefined;
  const issuer = issuerOf(certificate);
  const isNamesake = given?.some((authority) => authority.subject === certificate.issuer) ?? false;
  const signer = isSelfSigned(certificate)
    ? `it is self-signed, "${subjectOf(certificate)}"`
    : `"${issuer}"${isNamesake ? ", which has the name of the one given, but another key" : ""}`;
  return {
    kind: "server-certificate-unknown-ca",
    says: `is signed by a CA that is not trusted here: ${signer}`,
    remedy:
      "Give the CA that signed it; if it is of another cluster, correct the endpoint or the certificate.",
  };
}

function timeFault(certificate: X509Certificate, now: Date): ServerCertificateFault | undefined {
  const [begin, end] = [beginOf(certificate), endOf(certificate)];
  if (now > end) {
    return {
      kind: "server-certificate-expired",
      says: `expired on ${formatTime(end)}${ago(end, now)}`,
      remedy: "Renew it in place: etcd reads its certificate anew on every handshake.",
    };
  }
  if (now >= begin) return undefined;
  return {
    kind: "server-certificate-not-yet-valid",
    says: `is not valid before ${formatTime(begin)}, and it is ${formatTime(now)} here`,
    remedy: "Compare the clocks of this machine and of the one that issued the certificate.",
  };
}

function nameFault(certificate: X509Certificate, host: string): ServerCertificateFault | undefined {
  if (isFor(certificate, host)) return undefined;
  const names = namesOf(certificate);
  return {
    kind: "server-certificate-wrong-name",
    says: `is ${names.length === 0 ? "for no host at all" : `for ${names.join(", ")}`}, not for ${host}`,
    remedy:
      "Issue it with this address among its subject alternative names, or use an endpoint that it names.",
  };
}

function otherFault(
  certificate: X509Certificate,
  chainError: string | undefined,
): ServerCertificateFault | undefined {
  if (chainError === undefined || TIME_ERRORS.includes(chainError)) return undefined;
  return {
    kind: "server-certificate-invalid",
    // Node has no code for what OpenSSL calls weak: UNSPECIFIED.
    says: weaknessOf(certificate) ?? `is refused here: ${chainError}`,
    remedy: reissue,
  };
}

/** What to do about a certificate that is of no use. */
export const reissue =
  "Issue it anew for servers and clients, with an EC key on P-256 or RSA with 2048 bits, signed with SHA-256.";

const trusted =
  "Give a client certificate and key that are signed by the CA which the member trusts for clients.";

/**
 * Why a server refused the certificate that a client showed: from its alert where that tells, else from what was shown. etcd 3.4 says
 * `bad certificate` whatever is wrong.
 *
 * @param alert Node's code of the server's alert
 */
export function clientCertificateFault(
  alert: string | undefined,
  tls: TlsOptions | undefined,
  now = new Date(),
): CertificateFault {
  const certificate = tls?.cert === undefined ? undefined : certificatesIn(tls.cert)[0];
  if (certificate === undefined) {
    return {
      kind: "client-certificate-missing",
      message: "the member wants a client certificate and none was given",
      remedy: trusted,
    };
  }
  const given = `the client certificate given ("${subjectOf(certificate)}")`;
  const [begin, end] = [beginOf(certificate), endOf(certificate)];
  if (now > end) {
    return {
      kind: "client-certificate-expired",
      message: `${given} expired on ${formatTime(end)}${ago(end, now)}`,
      remedy: "Renew it.",
    };
  }
  if (now < begin) {
    return {
      kind: "client-certificate-not-yet-valid",
      message: `${given} is not valid before ${formatTime(begin)}, and it is ${formatTime(now)} here`,
      remedy: "Compare the clocks of this machine and of the one that issued the certificate.",
    };
  }
  const isOfServersCa = tls?.ca !== undefined && isSignedByAny([certificate], certificatesIn(tls.ca));
  const saysUnknownCa = alert?.endsWith("_UNKNOWN_CA") === true;
  if (saysUnknownCa || (!isOfServersCa && isForClients(certificate))) {
    return {
      kind: "client-certificate-unknown-ca",
      message: `${given} is signed by a CA that the member does not trust for clients: "${issuerOf(certificate)}"`,
      remedy: trusted,
    };
  }
  const why = isForClients(certificate) ? (alert ?? "no reason given") : "it is not meant for clients";
  return {
    kind: "client-certificate-refused",
    message: `the member did not accept ${given}: ${why}`,
    remedy: "Its log says why. Compare --client-cert-allowed-hostname and the certificate's key usages.",
  };
}

function ago(end: Date, now: Date): string {
  const days = daysBetween(end, now);
  return days === 0 ? "" : ` (${days} ${days === 1 ? "day" : "days"} ago)`;
}
