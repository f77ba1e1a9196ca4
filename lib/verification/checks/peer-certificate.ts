import type { AskedEndpoint, Check, CheckContext, Finding } from "../check";
import { judgeCertificate } from "../judge-certificate";
import type { PeerPort } from "../questions/peer-ports";
import { isPlainText, noAnswer } from "../tls-findings";

export const peerCertificate: Check = {
  id: "peer-certificate",
  title: "every member's certificate for its peers is in order, and will be for a while",
  run: async (context) =>
    (await Promise.all(context.endpoints.map((endpoint) => judgeAll(context, endpoint)))).flat(),
};

async function judgeAll(context: CheckContext, { target, status, peers }: AskedEndpoint): Promise<Finding[]> {
  const unanswered = noAnswer(target, await status);
  if (unanswered !== undefined) return [unanswered];
  const ports = await peers();
  if (ports.length === 0) return [{ outcome: "skipped", target, reason: "its URLs for peers are not known" }];
  return ports.flatMap((port) => judge(context, target, port, ports.length > 1));
}

function judge(
  { tls }: CheckContext,
  target: AskedEndpoint["target"],
  { url, host, unreached, tls: sight }: PeerPort,
  isOneOfSeveral: boolean,
): Finding[] {
  if (isPlainText(url)) return [{ outcome: "skipped", target, reason: "plain text" }];
  if (unreached !== undefined) return [{ outcome: "skipped", target, reason: unreached }];
  // The CA for clients says nothing about peers: theirs may be another one.
  const trust = tls?.peerCa === undefined ? undefined : { ca: tls.peerCa };
  return judgeCertificate(sight, { target, subject: isOneOfSeveral ? `${url} ` : "", host, trust });
}
