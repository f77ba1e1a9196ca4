import { askStatus, type StatusAnswer } from "./questions/ask";
import { EndpointClient } from "./questions/endpoint-client";
import { targetsOf } from "./questions/endpoint";
import type { Target } from "./expectation";
import { callTimeoutOf, type AskOptions } from "./options";

/** One client per endpoint, kept open over several rounds of questions. */
export interface Session {
  readonly connections: readonly Connection[];
  readonly callTimeoutMs: number;
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
  const callTimeoutMs = callTimeoutOf(options);
  const targets = targetsOf(options);
  const connections = targets.map((target) => ({
    target,
    client: EndpointClient.open(target.endpoint, { callTimeoutMs, tls: options.tls }),
  }));
  try {
    return await use({
      connections,
      callTimeoutMs,
      askStatus: ({ target, client }) =>
        askStatus(target, client, { callTimeoutMs, privateNetwork: options.privateNetwork ?? false }),
    });
  } finally {
    for (const { client } of connections) {
      client.close();
    }
  }
}
