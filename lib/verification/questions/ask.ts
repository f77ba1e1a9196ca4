import type { ListedMember, MemberStatus } from "./answers";
import { diagnose, needsLook } from "./diagnose";
import type { EndpointClient } from "./endpoint-client";
import { type Answer, settle, type Target } from "../../client";
import { lookAt, type Sight } from "./look";
import type { TlsContexts } from "./tls-contexts";

/** A status, or why there is none, and how long that took. */
export type StatusAnswer = Answer<MemberStatus> & { readonly tookMs: number };

/** What one endpoint answered, once every answer is in. */
export interface EndpointFacts {
  readonly target: Target;
  readonly status: StatusAnswer;
  readonly memberList: Answer<readonly ListedMember[]>;
}

export interface AskStatusOptions {
  readonly callTimeoutMs: number;
  readonly tls: TlsContexts;
  /** Where this member listens for its peers, as far as is known when it is to be looked at. */
  readonly peerUrls: () => readonly string[];
  /** Whether another member knows a leader, as far as is known when a cause is to be named. */
  readonly hasLeader: () => boolean;
  /** Whether whoever answers may be somebody on the way. */
  readonly privateNetwork: boolean;
}

/**
 * Asks for the status. Silence is looked into while the call still runs, and what fails at once is looked into then, so that the cause
 * costs no second deadline.
 */
export async function askStatus(
  target: Target,
  client: EndpointClient,
  options: AskStatusOptions,
): Promise<StatusAnswer> {
  const askedAt = performance.now();
  const answer = await askOnce(target, client, options);
  return { ...answer, tookMs: performance.now() - askedAt };
}

async function askOnce(
  target: Target,
  client: EndpointClient,
  { callTimeoutMs, tls, peerUrls, hasLeader, privateNetwork }: AskStatusOptions,
): Promise<Answer<MemberStatus>> {
  const half = callTimeoutMs / 2;
  const answered = new AbortController();
  let looking: Promise<Sight | undefined> | undefined;
  const look = (holdBackMs: number): Promise<Sight | undefined> =>
    (looking ??= lookAt(target, peerUrls, tls, { timeoutMs: half, holdBackMs, signal: answered.signal }));
  const timer = setTimeout(() => void look(half / 2), half);
  const answer = await settle(client.status());
  clearTimeout(timer);
  if (answer.ok || !needsLook(answer.problem)) {
    answered.abort();
    return answer;
  }
  const sight = await look(0);
  if (sight === undefined) return answer;
  const circumstances = { target, tls: tls.options, callTimeoutMs, hasLeader: hasLeader(), privateNetwork };
  return { ok: false, problem: diagnose(answer.problem, sight, circumstances) };
}
