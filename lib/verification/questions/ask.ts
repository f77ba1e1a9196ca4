import type { ListedMember, MemberStatus } from "./answers";
import type { EndpointClient, TlsOptions } from "./endpoint-client";
import type { Target } from "../expectation";
import { EndpointProblem, settle, type Answer } from "./problem";
import { notEtcd } from "./not-etcd";
import { acceptsConnections } from "./tcp-probe";

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
  readonly tls: TlsOptions | undefined;
  /** Whether whoever answers may be somebody on the way. */
  readonly privateNetwork: boolean;
}

/**
 * Asks for the status. Silence is looked into while the call still runs, so that this costs no second deadline: a frozen
 * member accepts connections, a black hole does not.
 */
export async function askStatus(
  target: Target,
  client: EndpointClient,
  options: AskStatusOptions,
): Promise<StatusAnswer> {
  const askedAt = performance.now();
  const answer = await askOnce(target, client, options.callTimeoutMs);
  const stranger =
    answer.ok || !options.privateNetwork
      ? undefined
      : await notEtcd(target.address, answer.problem, options.callTimeoutMs / 2);
  const tookMs = performance.now() - askedAt;
  return stranger === undefined ? { ...answer, tookMs } : { ok: false, problem: stranger, tookMs };
}

async function askOnce(
  target: Target,
  client: EndpointClient,
  callTimeoutMs: number,
): Promise<Answer<MemberStatus>> {
  const half = callTimeoutMs / 2;
  let probe: Promise<boolean> | undefined;
  const timer = setTimeout(() => {
    probe = acceptsConnections(target.address, half);
  }, half);
  const answer = await settle(client.status());
  clearTimeout(timer);
  if (answer.ok || answer.problem.kind !== "timed-out" || probe === undefined) return answer;
  return { ok: false, problem: explainSilence(await probe, answer.problem, callTimeoutMs) };
}

function explainSilence(accepted: boolean, problem: EndpointProblem, callTimeoutMs: number): EndpointProblem {
  const { detail } = problem;
  return accepted
    ? new EndpointProblem("timed-out", `takes connections but gave no answer within ${callTimeoutMs} ms`, {
        remedy:
          "It has just been started and waits for a quorum, or it is frozen, overloaded or no etcd: see its log.",
        detail,
        cause: problem,
      })
    : new EndpointProblem("unreachable", `no reply to the attempt to connect within ${callTimeoutMs} ms`, {
        remedy:
          "Packets get lost: check that the machine runs, then routes, security groups and firewalls on the way.",
        detail,
        cause: problem,
      });
}

/** Asks one endpoint for its member list, while the status is under way. */
export async function askFacts(
  target: Target,
  client: EndpointClient,
  statusUnderWay: Promise<StatusAnswer>,
): Promise<EndpointFacts> {
  const [status, memberList] = await Promise.all([statusUnderWay, settle(client.memberList())]);
  return { target, status, memberList };
}
