import type { Finding } from "./check";
import type { Target } from "../client";
import { endsSoon, issuerOf, keyOf, leftOf, weaknessOf } from "./questions/certificate";
import { reissue, serverCertificateFaults, type Trust } from "./questions/certificate-faults";
import type { TlsSight } from "./questions/tls-probe";

/** What a certificate is judged by. */
export interface CertificateRules {
  /** Whom the finding is about. */
  readonly target: Target;
  /** How its reasons begin, with a blank at the end; empty if the check's title says enough. */
  readonly subject: string;
  /** Whom it must be for. */
  readonly host: string;
  /** `undefined`: not known, so nothing is said about who signed it. */
  readonly trust: Trust | undefined;
}

/** Everything that is wrong with the certificate that a server shows, or that nothing is. */
export function judgeCertificate(
  sight: Pick<TlsSight, "chain" | "chainError" | "error">,
  { target, subject, host, trust }: CertificateRules,
  now = new Date(),
): Finding[] {
  const [certificate] = sight.chain;
  if (certificate === undefined) {
    const why = sight.error === undefined ? "in time" : `(${sight.error})`;
    return [{ outcome: "skipped", target, reason: `${subject}was not shown ${why}` }];
  }
  const faults = serverCertificateFaults(sight, host, trust, now).map(({ says, remedy }) => ({
    says,
    remedy,
  }));
  const weakness = weaknessOf(certificate);
  if (weakness !== undefined && !faults.some(({ says }) => says === weakness)) {
    faults.push({ says: weakness, remedy: reissue });
  }
  if (faults.length > 0) {
    return faults.map(({ says, remedy }) => ({
      outcome: "failed",
      target,
      reason: `${subject}${says}`,
      remedy,
      lasting: true,
    }));
  }
  const left = leftOf(certificate, now);
  const reason = `${subject}is valid for ${left} more, ${keyOf(certificate)}, by ${issuerOf(certificate)}`;
  return endsSoon(certificate, now)
    ? [
        {
          outcome: "warned",
          target,
          reason,
          remedy: "Renew it in place: etcd reads its certificate anew on every handshake.",
        },
      ]
    : [{ outcome: "passed", target, reason }];
}
