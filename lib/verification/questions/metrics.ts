import type { Target } from "../expectation";
import type { TlsOptions } from "./endpoint-client";
import { httpGet } from "./http-get";

/** What a member measures about itself: https://etcd.io/docs/v3.5/metrics/ */
export class Metrics {
  constructor(private readonly text: string) {}

  /** The value of a metric without labels; `undefined` if this release does not have it. */
  value(name: string): number | undefined {
    const match = new RegExp(`^${name} (\\S+)$`, "m").exec(this.text);
    return match === null ? undefined : Number(match[1]);
  }
}

/**
 * Asks a member for its metrics.
 *
 * @throws EndpointProblem if it gives none, for instance because it serves HTTP elsewhere (`--listen-client-http-urls`)
 */
export async function memberMetrics(
  target: Target,
  tls: TlsOptions | undefined,
  timeoutMs: number,
): Promise<Metrics> {
  return new Metrics((await httpGet(target, "/metrics", tls, timeoutMs)).text);
}
