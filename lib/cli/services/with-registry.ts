import { ServiceRegistry, type Layout } from "../../discovery";
import { asking, type AskingOptions } from "../asking";

/**
 * Finds out whom to ask, opens the way there and a registry of services; closes both whatever happens, which withdraws what is registered.
 *
 * @throws what {@link asking} does
 */
export function withRegistry<T>(
  options: AskingOptions,
  layout: Layout,
  signal: AbortSignal,
  use: (registry: ServiceRegistry) => Promise<T>,
): Promise<T> {
  return asking(options, signal, async (ask) => {
    const { tls, user, connectTo, callTimeoutMs } = ask;
    const endpoints = ask.endpoints ?? ask.expectation.members.map(({ endpoint }) => endpoint);
    const timing = callTimeoutMs === undefined ? {} : { callTimeoutMs };
    const registry = new ServiceRegistry({ endpoints, tls, user, connectTo, layout, timing });
    try {
      return await use(registry);
    } finally {
      await registry.close();
    }
  });
}
