import { classify, EndpointProblem, type ProblemKind, type Target, type TlsOptions } from "../../client";
import { certificatesIn, issuerOf } from "./certificate";
import { clientCertificateFault, serverCertificateFaults } from "./certificate-faults";
import type { PeerSight, Sight } from "./look";

/** What the client says of these is all there is to know, or says nothing of who is there. */
const plain: readonly ProblemKind[] = ["refused", "unknown-host", "no-route"];
/** etcd's own words. */
const saidByEtcd: readonly ProblemKind[] = [
  ...(["user-required", "wrong-password", "permission-denied", "auth-not-enabled", "invalid-token"] as const),
  ...(["no-leader", "no-quorum", "learner", "no-space", "corrupt"] as const),
];

/** Whether a look at the endpoint can tell more than the client did. */
export function needsLook({ kind }: EndpointProblem): boolean {
  return !plain.includes(kind) && !saidByEtcd.includes(kind);
}

export interface Circumstances {
  readonly target: Target;
  readonly tls: TlsOptions | undefined;
  readonly callTimeoutMs: number;
  /** Whether another member knows a leader. */
  readonly hasLeader: boolean;
  /** Whether whoever answers may be somebody on the way. */
  readonly privateNetwork: boolean;
}

/** The cause of a failed question, from what the client said and from what can be seen there. */
export function diagnose(
  problem: EndpointProblem,
  sight: Sight,
  circumstances: Circumstances,
): EndpointProblem {
  if (!sight.tls.connected) return noConnection(problem, sight, circumstances);
  return circumstances.target.endpoint.startsWith("https:")
    ? overTls(problem, sight, circumstances)
    : inTheClear(problem, sight, circumstances);
}

function noConnection(
  problem: EndpointProblem,
  { tls }: Sight,
  { callTimeoutMs }: Circumstances,
): EndpointProblem {
  if (problem.kind !== "timed-out") return problem;
  if (tls.error !== undefined) return classify(new Error(tls.error), { callTimeoutMs, needsQuorum: false });
  return because(problem, "unreachable", `no reply to the attempt to connect within ${callTimeoutMs} ms`, {
    remedy:
      "Packets get lost: check that the machine runs, then routes, security groups and firewalls on the way.",
  });
}

function overTls(problem: EndpointProblem, sight: Sight, circumstances: Circumstances): EndpointProblem {
  const { tls } = sight;
  const { target, privateNetwork } = circumstances;
  if (tls.chain.length === 0) {
    if (sight.inTheClear === "etcd") {
      return because(problem, "speaks-plain-text", "the member speaks plain text there, no TLS", {
        remedy: "Use http:// for this endpoint, or switch TLS on at the member.",
      });
    }
    if (sight.inTheClear === "other") return notEtcd(problem);
    if (tls.error === undefined) return silence(problem, sight, circumstances);
    return privateNetwork ? notEtcd(problem) : problem;
  }
  const [faultOfServer] = serverCertificateFaults(tls, target.serverName, { ca: circumstances.tls?.ca });
  if (
    tls.answer !== "refused" &&
    (sight.overTls === "other" || (privateNetwork && isStranger(sight, faultOfServer?.kind)))
  ) {
    return notEtcd(problem);
  }
  if (faultOfServer !== undefined) {
    return because(
      problem,
      faultOfServer.kind,
      `the member's certificate ${faultOfServer.says}`,
      faultOfServer,
    );
  }
  if (tls.answer === "refused") {
    const fault = clientCertificateFault(tls.error, circumstances.tls);
    return because(problem, fault.kind, fault.message, fault);
  }
  if (problem.kind !== "timed-out") return problem;
  return because(
    problem,
    "timed-out",
    `took the connection but gave no answer within ${circumstances.callTimeoutMs} ms`,
    {
      remedy:
        "It is overloaded or waits for a disk: see its log; with a slow network give more time per call.",
    },
  );
}

/** Whoever shows a certificate of an unknown CA and says nothing may be anybody. */
const isStranger = (sight: Sight, fault: ProblemKind | undefined): boolean =>
  sight.overTls === "silent" && fault === "server-certificate-unknown-ca";

function inTheClear(problem: EndpointProblem, sight: Sight, circumstances: Circumstances): EndpointProblem {
  const { tls } = sight;
  if (sight.inTheClear === "etcd") return problem;
  if (tls.chain.length > 0) {
    const isEtcd = tls.answer === "refused" || sight.overTls === "etcd";
    if (!isEtcd && (circumstances.privateNetwork || sight.overTls === "other")) return notEtcd(problem);
    return because(problem, "speaks-tls", "the member speaks TLS there, and was asked in plain text", {
      remedy: "Use https:// for this endpoint.",
    });
  }
  if (sight.inTheClear === "other") return notEtcd(problem);
  if (problem.kind === "timed-out") return silence(problem, sight, circumstances);
  return circumstances.privateNetwork ? notEtcd(problem) : problem;
}

/** Connections are taken, by the kernel if by nobody else, and nothing is said. */
function silence(problem: EndpointProblem, { peer }: Sight, circumstances: Circumstances): EndpointProblem {
  const silent = `takes connections but gave no answer within ${circumstances.callTimeoutMs} ms`;
  if (peer === undefined) {
    return because(problem, "silent", silent, {
      remedy:
        "It has just been started and waits for a quorum, or it is frozen, overloaded or no etcd: see its log.",
    });
  }
  if (!peer.isAlive) {
    return because(problem, "frozen", `${silent}, nor does it answer its peers: the process is frozen`, {
      remedy:
        "Restart it; if it freezes again look for a stopped process, a machine that swaps or a disk that hangs.",
    });
  }
  const signer = foreignSigner(peer, circumstances.tls);
  if (signer !== undefined) {
    return because(
      problem,
      "foreign-peer-certificate",
      `${silent}: it waits for its peers, and its certificate for them is signed by another CA, "${signer}"`,
      { remedy: "Give it the certificate, key and CA of this cluster for its peers, then restart it." },
    );
  }
  // Seen from outside, a member that does not serve yet and a program that takes connections and sleeps are the same.
  return circumstances.hasLeader
    ? because(
        problem,
        "not-serving",
        `${silent}: its member runs and the cluster has a leader, so the endpoint is another program's or its peers do not take it in`,
        {
          remedy:
            "Compare the endpoint with the member's --listen-client-urls. If it is right, its peers refuse it or cannot reach it: the logs of both sides say why.",
        },
      )
    : because(
        problem,
        "not-serving",
        `${silent}: its member runs, and waits for a quorum before it serves clients, or the endpoint is another program's`,
        {
          remedy:
            "Bring the other members up. If they are, its peers refuse it or cannot reach it (the logs of both sides say why), or correct the endpoint.",
        },
      );
}

/** Who signed what it shows its peers, if that is not the CA that should have. */
function foreignSigner({ chain, chainError }: PeerSight, tls: TlsOptions | undefined): string | undefined {
  const [certificate] = chain;
  // The CA for clients says nothing about peers: theirs may be another one.
  if (certificate === undefined || chainError === undefined || tls?.peerCa === undefined) return undefined;
  return certificatesIn(tls.peerCa).length > 0 ? issuerOf(certificate) : undefined;
}

function notEtcd(problem: EndpointProblem): EndpointProblem {
  return because(problem, "not-etcd", "something answers there that is no etcd", {
    remedy:
      "Correct the endpoint; or a proxy or gateway on the way answers for the addresses of this network: ask from a machine inside it.",
  });
}

function because(
  problem: EndpointProblem,
  kind: ProblemKind,
  message: string,
  { remedy }: { readonly remedy: string },
): EndpointProblem {
  return new EndpointProblem(kind, message, { remedy, detail: problem.detail, cause: problem });
}
