import type { AskedEndpoint, Check, CheckContext, Finding } from "../check";
import { judgeCertificate } from "../judge-certificate";
import { certificatesIn, endOf, endsSoon, leftOf, subjectOf } from "../questions/certificate";
import { isPlainText, noAnswer } from "../tls-findings";

export const clientCertificate: Check = {
  id: "client-certificate",
  title: "every member's certificate for clients is in order, and will be for a while",
  skip: ({ endpoints }) =>
    endpoints.every(({ target }) => isPlainText(target.endpoint))
      ? "plain text: there are no certificates"
      : undefined,
  run: async (context) => [
    ...(await Promise.all(context.endpoints.map((endpoint) => judge(context, endpoint)))).flat(),
    ...ownCertificate(context),
  ],
};

async function judge({ tls }: CheckContext, endpoint: AskedEndpoint): Promise<Finding[]> {
  const { target, status, handshake } = endpoint;
  if (isPlainText(target.endpoint)) return [{ outcome: "skipped", target, reason: "plain text" }];
  const unanswered = noAnswer(target, await status);
  if (unanswered !== undefined) return [unanswered];
  const rules = { target, subject: "", host: target.serverName, trust: { ca: tls?.ca } };
  return judgeCertificate(await handshake(), rules);
}

/** Every member would refuse whoever asks, on the same day. */
function ownCertificate({ tls }: CheckContext, now = new Date()): Finding[] {
  const certificate = tls?.cert === undefined ? undefined : certificatesIn(tls.cert)[0];
  if (certificate === undefined || !endsSoon(certificate, now)) return [];
  // Members that want one refuse it, and that is said.
  if (endOf(certificate) <= now) return [];
  return [
    {
      outcome: "warned",
      reason: `the client certificate given here ("${subjectOf(certificate)}") ends in ${leftOf(certificate, now)}`,
      remedy: "Renew it.",
    },
  ];
}
