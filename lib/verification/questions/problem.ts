import { CdktfEtcdError } from "../../errors";

/** What kept an endpoint from answering a question. */
export type ProblemKind =
  | "refused"
  | "unreachable"
  | "timed-out"
  | "disconnected"
  | "tls"
  | "auth"
  | "no-leader"
  | "no-quorum"
  | "learner"
  | "no-space"
  | "unknown";

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
