import type { EndpointProblem, ProblemKind } from "../client";

const kinds: readonly ProblemKind[] = [
  "user-required",
  "wrong-password",
  "permission-denied",
  "too-large",
  "speaks-tls",
  "speaks-plain-text",
  "tls",
];

/** Whether somebody has to do something about it: who asks, what is asked for, or what it is asked with is wrong. */
export function cannotPass({ kind }: EndpointProblem): boolean {
  return (
    kinds.includes(kind) || kind.startsWith("server-certificate-") || kind.startsWith("client-certificate-")
  );
}
