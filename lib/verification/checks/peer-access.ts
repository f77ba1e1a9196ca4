import type { AskedEndpoint, Check, Finding } from "../check";
import { isLoopback } from "../hosts";
import type { PeerPort } from "../questions/peer-ports";
import { isPlainText, noAnswer } from "../tls-findings";

/** Who takes part in Raft can write whatever he likes: users and roles do not count there. */
export const peerAccess: Check = {
  id: "peer-access",
  title: "no member takes peers in plain text or without a certificate",
  run: async ({ endpoints }) => (await Promise.all(endpoints.map(tryAll))).flat(),
};

async function tryAll({ target, status, peers }: AskedEndpoint): Promise<Finding[]> {
  const unanswered = noAnswer(target, await status);
  if (unanswered !== undefined) return [unanswered];
  const ports = await peers();
  if (ports.length === 0) return [{ outcome: "skipped", target, reason: "its URLs for peers are not known" }];
  return ports.map((port) => ({ target, ...tryIn(port) }));
}

function tryIn({ url, host, unreached, tls, inTheClear }: PeerPort): Finding {
  if (unreached !== undefined) return { outcome: "skipped", reason: unreached };
  if (isPlainText(url)) {
    // By choice, and seen by everybody in the URL; what looks closed and is not is worse.
    return isLoopback(host)
      ? { outcome: "passed", reason: "plain text, on loopback: only this machine reaches it" }
      : {
          outcome: "warned",
          reason: `${url} is plain text: whoever reaches it takes part in Raft, and can write anything`,
          remedy:
            "Give the members certificates for each other: --peer-cert-file, --peer-key-file, --peer-client-cert-auth and --peer-trusted-ca-file.",
        };
  }
  if (inTheClear === "etcd") {
    return {
      outcome: "failed",
      reason: `${url} answers in plain text too: whoever reaches it takes part in Raft, and can write anything`,
      remedy: "Take the http:// URL out of --listen-peer-urls.",
    };
  }
  if (tls.answer === "accepted") {
    return {
      outcome: "failed",
      reason: `${url} takes peers without a certificate: whoever reaches it takes part in Raft, and can write anything`,
      remedy: "Set --peer-client-cert-auth and --peer-trusted-ca-file.",
    };
  }
  return tls.answer === "refused"
    ? { outcome: "passed", reason: "refuses plain text and peers without a certificate" }
    : {
        outcome: "skipped",
        reason: `${url} did not say in time whether it takes peers without a certificate`,
      };
}
