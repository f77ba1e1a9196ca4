import type { AskedEndpoint, Check, Finding } from "../check";
import { isLoopback } from "../hosts";
import type { PeerPort } from "../questions/peer-ports";
import { isPlainText, noAnswer } from "../tls-findings";

/** Who takes part in Raft can write whatever he likes: users and roles do not count there. */
export const peerAccess: Check = {
  id: "peer-access",
  title: "no member takes peers in plain text, without a certificate or with one of a foreign CA",
  run: async ({ endpoints }) => (await Promise.all(endpoints.map(tryAll))).flat(),
};

async function tryAll({ target, status, peers }: AskedEndpoint): Promise<Finding[]> {
  const unanswered = noAnswer(target, await status);
  if (unanswered !== undefined) return [unanswered];
  const ports = await peers();
  if (ports.length === 0) return [{ outcome: "skipped", target, reason: "its URLs for peers are not known" }];
  return ports.map((port) => ({ target, ...tryIn(port) }));
}

function tryIn({ url, host, unreached, tls, toForeign, toClient, inTheClear }: PeerPort): Finding {
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
    return open(`${url} answers in plain text too`, "Take the http:// URL out of --listen-peer-urls.");
  }
  if (tls.answer === "accepted") {
    return open(
      `${url} takes peers without a certificate`,
      "Set --peer-client-cert-auth and --peer-trusted-ca-file.",
    );
  }
  const taken =
    toForeign === "accepted"
      ? "a certificate that no CA has signed"
      : toClient === "accepted"
        ? "the certificate of a client"
        : undefined;
  if (taken !== undefined) {
    return open(
      `${url} takes peers with ${taken}`,
      "Set --peer-trusted-ca-file to the CA of the members' certificates for each other, and nothing else.",
    );
  }
  const answers = [tls.answer, toForeign, toClient].filter((answer) => answer !== undefined);
  const others = toClient === undefined ? "of a foreign CA" : "of a foreign CA or of a client";
  return answers.every((answer) => answer === "refused")
    ? {
        outcome: "passed",
        reason: `refuses plain text, peers without a certificate and certificates ${others}`,
      }
    : {
        outcome: "skipped",
        reason: `${url} did not say in time whether it takes peers without a certificate of theirs`,
      };
}

const open = (what: string, remedy: string): Finding => ({
  outcome: "failed",
  reason: `${what}: whoever reaches it takes part in Raft, and can write anything`,
  remedy,
});
