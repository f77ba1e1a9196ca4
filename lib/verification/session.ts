import { setMaxListeners } from "node:events";
import { askStatus, type StatusAnswer } from "./questions/ask";
import { CallBudget } from "./questions/call-budget";
import { EndpointClient } from "./questions/endpoint-client";
import { EndpointProblem, type Target, targetsOf } from "../client";
import { Hearsay } from "./hearsay";
import { callTimeoutOf, type AskOptions, type NoWay } from "./options";
import { TlsContexts } from "./questions/tls-contexts";

/** One client per endpoint, kept open over several rounds of questions. */
export interface Session {
  readonly connections: readonly Connection[];
  readonly budget: CallBudget;
  readonly tls: TlsContexts;
  /** What this round has brought so far. */
  readonly hearsay: Hearsay;
  /**
   * Begins a round of questions: the time for it starts, and whoever gave no status in the one before is connected to anew. By itself gRPC
   * goes on telling why it could not connect the last time until it can, also when by now somebody takes the connection and is silent:
   * "sticky TF mode", https://github.com/grpc/grpc-node/pull/2602
   */
  readonly begin: () => void;
  readonly askStatus: (connection: Connection) => Promise<StatusAnswer>;
}

export interface Connection {
  readonly target: Target;
  readonly client: EndpointClient;
}

/**
 * Opens the clients, hands them to `use`, and closes them whatever happens.
 *
 * @throws UsageError if the options are wrong
 */
export async function withSession<T>(options: AskOptions, use: (session: Session) => Promise<T>): Promise<T> {
  const budget = new CallBudget(callTimeoutOf(options));
  // Some for every endpoint, of which there may be hundreds; Node warns of more than ten.
  if (options.signal !== undefined) setMaxListeners(0, options.signal);
  const targets = targetsOf(options);
  const tls = new TlsContexts(options.tls);
  const hearsay = new Hearsay();
  const peerUrlsOf = ({ label, endpoint }: Target): readonly string[] =>
    options.expectation?.members.find(({ name }) => name === label)?.peerUrls ?? hearsay.peerUrlsAt(endpoint);
  const open = (target: Target): EndpointClient =>
    EndpointClient.open(target, { budget, tls: options.tls, user: options.user });
  const connections = targets.map((target) => ({ target, client: open(target) }));
  const failed = new Set<Target>();
  try {
    return await use({
      connections,
      budget,
      tls,
      hearsay,
      begin: () => {
        hearsay.forget();
        for (const connection of connections.filter(({ target }) => failed.delete(target))) {
          connection.client.close();
          connection.client = open(connection.target);
        }
        budget.begin();
      },
      askStatus: async ({ target, client }) => {
        const answer = await askStatus(target, client, {
          callTimeoutMs: budget.callTimeoutMs,
          tls,
          peerUrls: () => peerUrlsOf(target),
          hasLeader: () => hearsay.hasLeader,
          privateNetwork: options.privateNetwork ?? false,
        });
        if (answer.ok) {
          hearsay.takeStatus(answer.value);
          return answer;
        }
        failed.add(target);
        return blaming(options.noWay?.(target.endpoint), answer);
      },
    });
  } finally {
    for (const { client } of connections) {
      client.close();
    }
  }
}

function blaming(noWay: NoWay | undefined, answer: StatusAnswer & { ok: false }): StatusAnswer {
  if (noWay === undefined) return answer;
  const { problem } = answer;
  const { message, remedy } = noWay;
  return {
    ...answer,
    problem: new EndpointProblem("unreachable", message, { remedy, detail: problem.detail, cause: problem }),
  };
}
