import { request as requestInTheClear } from "node:http";
import { request as requestOverTls } from "node:https";
import type { Target } from "../expectation";
import { classify } from "./classify";
import type { TlsOptions } from "./endpoint-client";
import { EndpointProblem } from "./problem";

/** Far above the metrics of a large member, which are some 200 kB. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

export interface HttpAnswer {
  readonly text: string;
  /** The answering machine's clock, whole seconds; `undefined` if it did not tell. */
  readonly date: Date | undefined;
}

/**
 * What a member says over plain HTTP at its client URL, beside gRPC.
 *
 * @throws EndpointProblem if it does not say so with status 200 in time
 */
export function httpGet(
  { endpoint, address, serverName }: Target,
  path: string,
  tls: TlsOptions | undefined,
  timeoutMs: number,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void =>
      reject(classify(error, { callTimeoutMs: Math.round(timeoutMs), needsQuorum: false }));
    const { ca, cert, key } = tls ?? {};
    const options = { ...address, path, agent: false, headers: { host: new URL(endpoint).host } } as const;
    const call = endpoint.startsWith("https:")
      ? requestOverTls({ ...options, servername: serverName, ca, cert, key })
      : requestInTheClear(options);
    // Not the socket's idle timeout: a server that sends a byte now and then would keep that from ever firing.
    const timer = setTimeout(
      () => call.destroy(new Error(`Deadline exceeded: no whole answer for ${timeoutMs} ms`)),
      timeoutMs,
    );
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) call.destroy(new Error(`more than ${MAX_ANSWER_BYTES} bytes`));
      });
      response.on("error", fail);
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        if (statusCode === 200)
          resolve({ text: Buffer.concat(chunks).toString(), date: dateOf(headers.date) });
        else
          reject(
            new EndpointProblem("unknown", `answers ${path} with HTTP status ${statusCode}`, {
              detail: `HTTP ${statusCode}`,
            }),
          );
      });
    });
    call.on("error", fail);
    call.on("close", () => clearTimeout(timer));
    call.end();
  });
}

function dateOf(header: string | undefined): Date | undefined {
  const date = new Date(header ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
