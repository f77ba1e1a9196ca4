import { EndpointProblem, type ProblemKind } from "./problem";

interface Row {
  readonly kind: ProblemKind;
  readonly pattern: RegExp;
  /** @default - whether the call needs a quorum or not */
  readonly needsQuorum?: boolean;
  readonly message: string;
  readonly remedy: string;
}

const startEtcd =
  "Nothing listens there: start etcd on this member (look into its log first), or correct the endpoint.";
const restoreQuorum =
  "More than half of the voting members must run and reach each other on their peer URLs: bring the missing ones back.";
const checkCertificates =
  "Compare the CA, certificate and key given here with what the member uses, its host names and its expiry date.";
const renewServer = "Renew it in place: etcd reads its certificate anew on every handshake.";
const trustedClient =
  "Give a client certificate and key that are signed by the CA which the member trusts for clients.";

/** The member knows the deadline too, and may give up first: "Call cancelled" is how grpc-js calls that. */
const DEADLINE = /DEADLINE_EXCEEDED|Deadline exceeded|CANCELLED: Call cancelled/i;

/**
 * The client keeps nothing but text (microsoft/etcd3 drops gRPC's code), so text is what there is to go by. The first
 * row that matches wins. Texts: etcd's are in api/v3rpc/rpctypes/error.go, the others are Node's, OpenSSL's and gRPC's.
 */
const rows: readonly Row[] = [
  { kind: "refused", pattern: /ECONNREFUSED/, message: "connection refused", remedy: startEtcd },
  {
    kind: "unknown-host",
    pattern: /ENOTFOUND|EAI_AGAIN|Name resolution failed|Failed to parse DNS/,
    message: "the host name does not resolve",
    remedy: "Correct the endpoint, or run this where the name is known.",
  },
  {
    kind: "no-route",
    pattern: /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL/,
    message: "no route to the host",
    remedy: "Run this from a machine that has a route to the member.",
  },
  {
    kind: "server-certificate-expired",
    pattern: /certificate has expired|CERT_HAS_EXPIRED/i,
    message: "the member's certificate has expired",
    remedy: renewServer,
  },
  {
    kind: "server-certificate-not-yet-valid",
    pattern: /certificate is not yet valid|CERT_NOT_YET_VALID/i,
    message: "the member's certificate is not yet valid",
    remedy: "Compare the clocks of this machine and of the one that issued the certificate.",
  },
  {
    kind: "server-certificate-wrong-name",
    pattern: /ALTNAME_INVALID/,
    message: "the member's certificate is not valid for this host",
    remedy:
      "Issue it with this address among its subject alternative names, or use an endpoint that it names.",
  },
  {
    kind: "server-certificate-unknown-ca",
    pattern: /unable to (?:verify|get)|self[- ]signed|certificate signature failure/i,
    message: "the member's certificate is signed by a CA that is not trusted here",
    remedy: "Give the CA that signed it.",
  },
  {
    kind: "client-certificate-expired",
    pattern: /alert certificate expired|alert number 45\b/i,
    message: "the client certificate given has expired",
    remedy: "Renew it.",
  },
  {
    kind: "client-certificate-missing",
    pattern: /alert certificate required|alert number 116\b/i,
    message: "the member wants a client certificate and none was given",
    remedy: trustedClient,
  },
  {
    kind: "client-certificate-unknown-ca",
    pattern: /alert unknown ca|alert number 48\b/i,
    message: "the client certificate given is signed by a CA that the member does not trust",
    remedy: trustedClient,
  },
  {
    kind: "client-certificate-refused",
    pattern: /alert bad certificate|alert number 42\b/i,
    message: "the member did not accept the client certificate given, or misses one",
    remedy: trustedClient,
  },
  {
    kind: "speaks-plain-text",
    pattern: /before secure TLS connection|wrong version number|EPROTO/i,
    message: "the member does not speak TLS there",
    remedy: "Use http:// for this endpoint, or switch TLS on at the member.",
  },
  {
    kind: "speaks-tls",
    pattern: /Failed to connect/,
    message: "something listens there that does not speak plain-text gRPC",
    remedy: "Use https:// if the member has TLS switched on; otherwise look which program has the port.",
  },
  {
    // What Node's HTTP/2 calls an answer that is none.
    kind: "not-etcd",
    pattern: /Last error: (?:Error: )?Protocol error/,
    message: "something answers there that does not speak gRPC",
    remedy: "Correct the endpoint: another program has the port, or a proxy answers on the way.",
  },
  {
    kind: "tls",
    pattern: /\bERR_(?:SSL|TLS|OSSL)|SSL alert|SSL routines/i,
    message: "TLS failed",
    remedy: checkCertificates,
  },
  {
    kind: "user-required",
    pattern: /user name is empty/,
    message: "authentication is enabled and no user was given",
    remedy: "Ask with a user that may read and write the keys.",
  },
  {
    kind: "wrong-password",
    pattern: /authentication failed|user name not found/,
    message: "there is no such user, or the password is wrong",
    remedy: "Check the name and the password.",
  },
  {
    kind: "permission-denied",
    pattern: /permission denied|PERMISSION_DENIED/,
    message: "the user may not do this",
    remedy: "Grant one of the user's roles the permission: `etcdctl role grant-permission`.",
  },
  {
    kind: "auth-not-enabled",
    pattern: /authentication is not enabled/,
    message: "a user was given, and authentication is not enabled",
    remedy: "Ask without a user, or enable authentication.",
  },
  {
    kind: "invalid-token",
    pattern: /invalid auth token|revision of auth store is old/,
    message: "the member does not know the token of this session any more",
    remedy: "Ask again: users or roles have changed, or the member was restarted.",
  },
  {
    kind: "corrupt",
    pattern: /corrupt cluster/,
    message: "the alarm CORRUPT is raised: nothing is read or written",
    remedy:
      "Find the member whose data differs (`etcdctl endpoint hashkv`), remove it and let it join again empty.",
  },
  { kind: "no-leader", pattern: /etcdserver: no leader/, message: "no leader", remedy: restoreQuorum },
  {
    kind: "learner",
    pattern: /rpc not supported for learner/,
    message: "a learner does not answer this",
    remedy: "Promote it with `etcdctl member promote` once it has caught up.",
  },
  {
    kind: "no-space",
    pattern: /database space exceeded/,
    message: "database space exceeded",
    remedy: "Compact, defragment member by member, then `etcdctl alarm disarm`; or raise the quota.",
  },
  {
    kind: "lease-not-found",
    pattern: /requested lease not found|is expired or revoked/,
    message: "there is no such lease: it has expired or was revoked",
    remedy: "Grant a new one.",
  },
  {
    kind: "lease-exists",
    pattern: /lease already exists/,
    message: "there is a lease with this ID already",
    remedy: "Leave the ID out, and etcd chooses one.",
  },
  {
    kind: "compacted",
    pattern: /required revision has been compacted/,
    message: "that revision has been compacted",
    remedy: "Ask for a newer one; the keys as they are now are always there.",
  },
  {
    kind: "too-large",
    pattern: /request is too large|received message larger than max/,
    message: "the request is larger than etcd takes",
    remedy: "Values of some 1.5 MiB are the most by default: etcd's --max-request-bytes.",
  },
  {
    kind: "no-quorum",
    pattern: /etcdserver: request timed out|context deadline exceeded|leader changed/,
    message: "no quorum: the member could not get the request agreed on",
    remedy: restoreQuorum,
  },
  {
    kind: "no-quorum",
    needsQuorum: true,
    pattern: DEADLINE,
    message: "not agreed on within {callTimeoutMs} ms: no quorum, an election, or slow disks",
    remedy: restoreQuorum,
  },
  {
    kind: "timed-out",
    pattern: DEADLINE,
    message: "no answer within {callTimeoutMs} ms",
    remedy:
      "See whether the member is frozen, overloaded or waits for a disk; with a slow network give more time per call.",
  },
  {
    kind: "disconnected",
    pattern:
      /ECONNRESET|EPIPE|ETIMEDOUT|socket hang up|Connection dropped|Channel closed|closed with error|GOAWAY/i,
    message: "the connection broke off",
    remedy: "See in the member's log whether it was restarted or stopped.",
  },
  {
    // gRPC forgets why when it has lost a connection and is not yet through with the next one.
    kind: "disconnected",
    pattern: /No connection established\. Last error: null/,
    message: "there is no connection any more, and none has come about again",
    remedy: "See whether etcd runs on this member, and in its log whether it was restarted or stopped.",
  },
];

/** What is known about the call that failed. */
export interface FailedCall {
  readonly callTimeoutMs: number;
  /** Only a majority can answer it, so silence says something else than that of a call which one member answers alone. */
  readonly needsQuorum: boolean;
}

/** Makes one sentence and one remedy of what the client threw. */
export function classify(error: unknown, { callTimeoutMs, needsQuorum }: FailedCall): EndpointProblem {
  if (error instanceof EndpointProblem) {
    return error;
  }
  const detail = error instanceof Error ? error.message : String(error);
  for (const row of rows) {
    if ((row.needsQuorum ?? needsQuorum) === needsQuorum && row.pattern.test(detail)) {
      const message = row.message.replace("{callTimeoutMs}", String(callTimeoutMs));
      return new EndpointProblem(row.kind, message, { remedy: row.remedy, detail, cause: error });
    }
  }
  return new EndpointProblem("unknown", withoutCode(detail), { detail, cause: error });
}

/** `14 UNAVAILABLE: text` -> `text` */
function withoutCode(detail: string): string {
  return detail.replace(/^(?:\w+Error: )?\d+ [A-Z_]+: /, "");
}
