import type { AskedEndpoint, Check, CheckContext, Finding } from "../check";
import { isLoopback } from "../hosts";
import { settle } from "../../client";
import { tlsProbe } from "../questions/tls-probe";
import { versionInTheClear } from "../questions/version-probe";
import { isPlainText, noAnswer } from "../tls-findings";

/** Tries to get in without what it takes; asks for nothing but etcd's version. */
export const clientAccess: Check = {
  id: "client-access",
  title: "no member takes clients in plain text, without a certificate or with one of a foreign CA",
  run: async (context) =>
    (await Promise.all(context.endpoints.map((endpoint) => tryIn(context, endpoint)))).flat(),
};

async function tryIn(context: CheckContext, endpoint: AskedEndpoint): Promise<Finding[]> {
  const { target, status, client } = endpoint;
  const unanswered = noAnswer(target, await status);
  if (unanswered !== undefined) return [unanswered];
  if (isPlainText(target.endpoint)) return [inPlainText(endpoint)];

  const budgetMs = context.budgetMs();
  const [bare, foreign, inTheClear] = await Promise.all([
    endpoint.handshake(),
    tlsProbe(target, context.tlsContexts.foreign(), budgetMs),
    versionInTheClear(target.address, budgetMs),
  ]);
  const findings: Finding[] = [];
  if (inTheClear === "etcd") {
    findings.push({
      outcome: "failed",
      target,
      reason: "answers in plain text too",
      remedy: "Take the http:// URL out of --listen-client-urls.",
    });
  }
  if (bare.answer === "accepted") {
    const auth = await settle(client.isAuthEnabled(context.keyPrefix));
    findings.push(
      auth.ok && auth.value
        ? {
            outcome: "passed",
            target,
            reason: "takes clients without a certificate; authentication is enabled",
          }
        : {
            outcome: "warned",
            target,
            reason: "takes clients without a certificate: whoever reaches the port reads and writes",
            remedy: "Set --client-cert-auth and --trusted-ca-file, or enable authentication.",
          },
    );
  } else if (foreign.answer === "accepted") {
    findings.push({
      outcome: "failed",
      target,
      reason: "takes a client certificate that no CA has signed",
      remedy: "Set --trusted-ca-file to the CA of the clients, and nothing else.",
    });
  }
  if (findings.length > 0) return findings;
  return bare.answer === "refused" && foreign.answer === "refused"
    ? [
        {
          outcome: "passed",
          target,
          reason: "refuses plain text, clients without a certificate and certificates of a foreign CA",
        },
      ]
    : [
        {
          outcome: "skipped",
          target,
          reason: "did not say in time whether it takes clients without a certificate",
        },
      ];
}

/** Through a tunnel one connects to loopback, but the member listens elsewhere. */
function inPlainText({ target }: AskedEndpoint): Finding {
  // Whoever can read what goes over loopback can read etcd's memory too.
  return isLoopback(target.serverName)
    ? { outcome: "passed", target, reason: "plain text, on loopback: only this machine reaches it" }
    : {
        outcome: "warned",
        target,
        reason: "plain text: whoever is on the way reads and changes what is sent, and anybody may ask",
        remedy:
          "Give the members certificates: --cert-file, --key-file, --client-cert-auth and --trusted-ca-file.",
      };
}
