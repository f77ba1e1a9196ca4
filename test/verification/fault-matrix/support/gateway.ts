import { request as requestInTheClear } from "node:http";
import { request as requestOverTls } from "node:https";
import { text } from "node:stream/consumers";
import type { TlsOptions } from "../../../../lib/verification";

/** Asks etcd's JSON gateway: https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/ */
export function post(
  endpoint: string,
  path: string,
  body: object,
  tls: TlsOptions | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", agent: false, signal: AbortSignal.timeout(10_000) };
    const call =
      tls === undefined
        ? requestInTheClear(`${endpoint}${path}`, options)
        : requestOverTls(`${endpoint}${path}`, { ...options, ca: tls.ca, cert: tls.cert, key: tls.key });
    call.on("error", reject);
    call.on("response", (response) => {
      const { statusCode } = response;
      text(response).then(
        (answer) =>
          statusCode === 200 ? resolve(answer) : reject(new Error(`${path}: ${statusCode} ${answer}`)),
        reject,
      );
    });
    call.end(JSON.stringify(body));
  });
}

/** Writes so much, in keys below `prefix`. Requests may have 1.5 MiB by etcd's default. */
export async function writeBytes(
  endpoint: string,
  tls: TlsOptions | undefined,
  bytes: number,
  { prefix = "filler/", chunkBytes = 2 ** 20 } = {},
): Promise<void> {
  const value = Buffer.alloc(chunkBytes, "x").toString("base64");
  for (let written = 0; written < bytes; written += chunkBytes) {
    const key = Buffer.from(`${prefix}${written}`).toString("base64");
    await post(endpoint, "/v3/kv/put", { key, value }, tls);
  }
}
