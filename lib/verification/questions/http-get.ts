import { request as requestInTheClear, type IncomingMessage } from "node:http";
import { request as requestOverTls, type RequestOptions } from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { classify, EndpointProblem, type Target, type TlsOptions } from "../../client";
import { clockReading, type ClockReading } from "./clock-reading";

/** Far above the metrics of a large member, which are some 200 kB. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

export interface HttpAnswer {
  readonly text: string;
  /** What the answer says of that machine's clock; `undefined` if it has no date. */
  readonly clock: ClockReading | undefined;
}

/**
 * What a member says over plain HTTP at its client URL, beside gRPC.
 *
 * @throws EndpointProblem if it does not say so with status 200 in time
 */
export async function httpGet(
  target: Target,
  path: string,
  tls: TlsOptions | undefined,
  timeoutMs: number,
): Promise<HttpAnswer> {
  try {
    const { response, body, sentAt, receivedAt } = await ask(target, path, tls, timeoutMs);
    const { statusCode = 0, headers } = response;
    if (statusCode !== 200) {
      throw notServed(`answers ${path} with HTTP status ${statusCode}`, `HTTP ${statusCode}`);
    }
    const date = dateOf(headers.date);
    return {
      text: await textOf(body, headers["content-encoding"]),
      clock: date === undefined ? undefined : clockReading(date, sentAt, receivedAt),
    };
  } catch (error) {
    throw (
      speaksNoHttp(error) ??
      classify(withCode(error), { callTimeoutMs: Math.round(timeoutMs), needsQuorum: false })
    );
  }
}

interface RawAnswer {
  readonly response: IncomingMessage;
  readonly body: Buffer;
  readonly sentAt: number;
  readonly receivedAt: number;
}

function ask(
  { endpoint, address, serverName }: Target,
  path: string,
  tls: TlsOptions | undefined,
  timeoutMs: number,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    // etcd's metrics are fifteen times smaller so, which counts on the way through a tunnel.
    const headers = { host: new URL(endpoint).host, "accept-encoding": "gzip" };
    const options = { ...address, path, headers, agent: false } as const;
    const isTls = endpoint.startsWith("https:");
    const call = isTls
      ? requestOverTls({ ...options, ...identity(serverName, tls) })
      : requestInTheClear(options);
    let sentAt = performance.now();
    // The member cannot have read its clock before the connection stood.
    call.on("socket", (socket) => {
      socket.once(isTls ? "secureConnect" : "connect", () => (sentAt = performance.now()));
    });
    // Not the socket's idle timeout: a server that sends a byte now and then would keep that from ever firing.
    const timer = setTimeout(
      () => call.destroy(new Error(`Deadline exceeded: no whole answer for ${timeoutMs} ms`)),
      timeoutMs,
    );
    call.on("response", (response) => {
      const receivedAt = performance.now();
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) call.destroy(tooLong());
      });
      response.on("error", reject);
      response.on("end", () => resolve({ response, body: Buffer.concat(chunks), sentAt, receivedAt }));
    });
    call.on("error", reject);
    call.on("close", () => clearTimeout(timer));
    call.end();
  });
}

function identity(serverName: string, { ca, cert, key }: TlsOptions = {}): RequestOptions {
  return {
    // No server name may be sent that is an address (RFC 6066, 3), but the certificate must be for it, through a tunnel too.
    servername: isIP(serverName) === 0 ? serverName : "",
    checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName, certificate),
    ca,
    cert,
    key,
  };
}

async function textOf(body: Buffer, encoding: string | undefined): Promise<string> {
  if (encoding !== "gzip") return body.toString();
  try {
    return (await promisify(gunzip)(body, { maxOutputLength: MAX_ANSWER_BYTES })).toString();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? tooLong() : error;
  }
}

const tooLong = (): EndpointProblem =>
  notServed("gives an answer without an end", `more than ${MAX_ANSWER_BYTES} bytes`);

/** A port for nothing but gRPC greets with HTTP/2, which Node's parser refuses; over TLS it refuses what Node offers (ALPN). */
function speaksNoHttp(error: unknown): EndpointProblem | undefined {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return code.startsWith("HPE_") || code === "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL"
    ? notServed("does not speak HTTP/1.1 there", message)
    : undefined;
}

/** Node tells some causes by the code alone. */
function withCode(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof EndpointProblem || !(error instanceof Error) || code === undefined
    ? error
    : new Error(`${code}: ${error.message}`, { cause: error });
}

function notServed(message: string, detail: string): EndpointProblem {
  return new EndpointProblem("unknown", message, {
    remedy:
      "etcd serves this at its client URL unless --listen-client-http-urls moves it elsewhere; a proxy on the way must let it through.",
    detail,
  });
}

function dateOf(header: string | undefined): Date | undefined {
  const date = new Date(header ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
