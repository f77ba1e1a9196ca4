import type { Address } from "../expectation";
import { etcdProbe } from "./etcd-probe";
import { EndpointProblem, type ProblemKind } from "./problem";

/**
 * What a failed question says about who is there:
 *
 * | who              | seen as                                                                                            |
 * | ---------------- | -------------------------------------------------------------------------------------------------- |
 * | etcd             | words of its own; a TLS alert that refuses a client's certificate; a certificate of the CA given   |
 * | a machine        | refused connections, or silent to every question: a member that is about to start, waits for its quorum |
 * | nobody           | no route, no name, lost packets                                                                    |
 * | to be looked at  | anything else: HTTP errors, no TLS where it is expected, a certificate of an unknown CA, broken off |
 */
const TO_BE_LOOKED_AT: readonly ProblemKind[] = ["tls", "disconnected", "unknown", "timed-out"];

/** Only somebody who asks for client certificates refuses one: etcd does, a proxy on the way does not. RFC 8446, 6.2. */
const REFUSES_CERTIFICATE =
  /alert (?:certificate required|unknown ca|bad certificate|certificate expired)|alert number (?:42|45|48|116)\b/;
/** OpenSSL complains of these only once it has found that the CA given has signed the certificate. */
const SIGNED_BY_OUR_CA = /certificate has expired|certificate is not yet valid|ALTNAME_INVALID/;

/**
 * Looks who answers at an endpoint of a private network that gave no status.
 *
 * @returns why it cannot be reached, if somebody on the way answers in its place: a proxy, a gateway that wants a login; undefined
 *   if it may be etcd, and `problem` stands
 */
export async function notEtcd(
  address: Address,
  problem: EndpointProblem,
  timeoutMs: number,
): Promise<EndpointProblem | undefined> {
  if (!TO_BE_LOOKED_AT.includes(problem.kind)) return undefined;
  if (REFUSES_CERTIFICATE.test(problem.detail) || SIGNED_BY_OUR_CA.test(problem.detail)) return undefined;
  const answer = await etcdProbe(address, timeoutMs);
  if (answer === "etcd" || (answer === "silent" && problem.kind === "timed-out")) return undefined;
  return new EndpointProblem("unreachable", "something answers there that is no etcd", {
    remedy:
      "A proxy or gateway on the way may answer for the addresses of this network: ask from a machine inside it.",
    detail: problem.detail,
    cause: problem,
  });
}
