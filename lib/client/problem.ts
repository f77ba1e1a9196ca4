import { CdktfEtcdError } from "../errors";

/** What kept an endpoint from answering a question. They stand in JSON reports: never renamed. */
export type ProblemKind =
  /** A machine is there, and nothing listens on the port. */
  | "refused"
  /** Attempts to connect stay unanswered. */
  | "unreachable"
  | "no-route"
  | "unknown-host"
  /** Somebody answers there who is no etcd. */
  | "not-etcd"
  /** It took the connection, and then too long. */
  | "timed-out"
  /** It takes TCP connections and says nothing at all; why cannot be seen from here. */
  | "silent"
  /** As `silent`, also to its peers: the process is stopped or hangs. */
  | "frozen"
  /** It talks to its peers and not to clients: it has started and waits for a quorum. */
  | "not-serving"
  /** As `not-serving`, and its peers refuse its certificate. */
  | "foreign-peer-certificate"
  | "disconnected"
  | "server-certificate-unknown-ca"
  | "server-certificate-expired"
  | "server-certificate-not-yet-valid"
  | "server-certificate-wrong-name"
  /** Anything else that a client holds against it. */
  | "server-certificate-invalid"
  | "client-certificate-missing"
  | "client-certificate-unknown-ca"
  | "client-certificate-expired"
  | "client-certificate-not-yet-valid"
  /** Refused for another reason, or without a word about why. */
  | "client-certificate-refused"
  /** Asked in the clear, and it speaks TLS. */
  | "speaks-tls"
  /** Asked over TLS, and it speaks plain text. */
  | "speaks-plain-text"
  /** Anything else about TLS. */
  | "tls"
  | "user-required"
  | "wrong-password"
  | "permission-denied"
  | "auth-not-enabled"
  | "invalid-token"
  | "no-leader"
  | "no-quorum"
  | "learner"
  | "no-space"
  | "corrupt"
  | "lease-not-found"
  | "lease-exists"
  /** What was asked for is older than what the cluster keeps. */
  | "compacted"
  /** Larger than `--max-request-bytes`. */
  | "too-large"
  | "unknown";

const outOfReach: readonly ProblemKind[] = ["unreachable", "no-route", "unknown-host", "not-etcd"];

/** Whether nobody of the cluster was met: where a network is private that says nothing about the cluster. */
export function isOutOfReach(kind: ProblemKind | undefined): boolean {
  return kind !== undefined && outOfReach.includes(kind);
}

const aboutUser: readonly ProblemKind[] = [
  "user-required",
  "wrong-password",
  "permission-denied",
  "invalid-token",
];

/** Whether a member is there and minds who asks: the business of one check, `authentication`. */
export function isAboutUser(kind: ProblemKind | undefined): boolean {
  return kind !== undefined && aboutUser.includes(kind);
}

/** An endpoint did not answer a question: the kind for programs, the message and the remedy for people. */
export class EndpointProblem extends CdktfEtcdError {
  readonly code = "ERR_ENDPOINT";
  readonly kind: ProblemKind;
  /** What the client said, word for word. */
  readonly detail: string;

  constructor(
    kind: ProblemKind,
    message: string,
    options: { remedy?: string; detail: string; cause?: unknown },
  ) {
    super(message, options);
    this.kind = kind;
    this.detail = options.detail;
  }
}

/** Either what was asked for, or why it could not be had. */
export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: EndpointProblem };

/** Turns a rejection by an {@link EndpointProblem} into an answer; any other error is our bug and stays one. */
export async function settle<T>(promise: Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await promise };
  } catch (error) {
    if (error instanceof EndpointProblem) {
      return { ok: false, problem: error };
    }
    throw error;
  }
}
