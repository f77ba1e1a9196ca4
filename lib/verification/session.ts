import { askStatus, type StatusAnswer } from "./questions/ask";
import { CallBudget } from "./questions/call-budget";
import { EndpointClient } from "./questions/endpoint-client";
import { targetsOf } from "./questions/endpoint";
import type { Target } from "./expectation";
import { callTimeoutOf, type AskOptions } from "./options";

/** One client per endpoint, kept open over several rounds of questions. */
export interface Session {
  readonly connections: readonly Connection[];
  readonly budget: CallBudget;
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
  const targets = targetsOf(options);
  const connections = targets.map((target) => ({
    target,
    client: EndpointClient.open(target, { budget, tls: options.tls, user: options.user }),
  }));
  try {
    return await use({
      connections,
      budget,
      askStatus: ({ target, client }) =>
        askStatus(target, client, {
          callTimeoutMs: budget.callTimeoutMs,
          tls: options.tls,
          privateNetwork: options.privateNetwork ?? false,
        }),
    });
  } finally {
    for (const { client } of connections) {
      client.close();
    }
  }
}
