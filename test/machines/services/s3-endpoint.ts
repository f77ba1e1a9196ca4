import { once } from "node:events";
import { request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { RequestLog } from "./request-log";

const PORT = 443;

/** Tells the emulator to ask the policy of the VPC's endpoint, too (`access_control.py`). */
const THROUGH_ENDPOINT = "x-emulator-through-gateway-endpoint";

/** `closed`: connections are refused. `silent`: they are accepted, and nothing ever comes back. */
export type WayToS3 = "open" | "closed" | "silent" | { readonly cutAfterBytes: number };

export interface S3EndpointOptions {
  readonly address: string;
  readonly certPem: string;
  readonly keyPem: string;
  /** Of the emulator, on loopback. */
  readonly emulatorPort: number;
}

/**
 * S3 as machines see it: HTTPS under the names of AWS. What comes is handed on as it is, since signatures cover the host's name
 * and the path; the emulator understands both ways of naming a bucket, and checks signatures and policies.
 */
export class S3Endpoint {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly options: S3EndpointOptions,
    private readonly log: RequestLog,
  ) {}

  /** Connections that are there are reset, as those of a way that is gone. */
  async change(way: WayToS3): Promise<void> {
    await this.close();
    if (way === "closed") return;
    this.server = way === "silent" ? createTcpServer({ pauseOnConnect: true }) : this.answering(way);
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
      // The caller's affair, and an exception when nobody listens.
      socket.on("error", () => undefined);
    });
    await once(this.server.listen(PORT, this.options.address), "listening");
  }

  private async close(): Promise<void> {
    if (this.server === undefined) return;
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.resetAndDestroy();
    await closed;
    this.server = undefined;
  }

  private answering(way: Exclude<WayToS3, "closed" | "silent">): Server {
    const { certPem, keyPem } = this.options;
    const cutAfterBytes = way === "open" ? undefined : way.cutAfterBytes;
    return createHttpsServer({ cert: certPem, key: keyPem }, (request, response) => {
      const refusal = refusalOf(request);
      if (refusal === undefined) this.handOn(request, response, cutAfterBytes);
      else this.answer(request, response, refusal);
    });
  }

  private handOn(
    request: IncomingMessage,
    response: ServerResponse,
    cutAfterBytes: number | undefined,
  ): void {
    const { method, url: path, headers } = request;
    // Of this connection, not of the next.
    const { connection: _connection, expect: _expect, ...handedOn } = headers;
    const { emulatorPort: port } = this.options;
    const onwards = forward(
      { host: "127.0.0.1", port, method, path, headers: { ...handedOn, [THROUGH_ENDPOINT]: "yes" } },
      (answer) => {
        const { connection: _own, ...answered } = answer.headers;
        const status = answer.statusCode ?? 0;
        this.record(request, status);
        response.writeHead(status, answered);
        const handedBack =
          cutAfterBytes === undefined
            ? pipeline(answer, response)
            : copyFirstBytes(answer, response, cutAfterBytes);
        handedBack.catch(() => response.destroy());
      },
    );
    onwards.once("error", ({ message }) => {
      if (response.headersSent) response.destroy();
      else this.answer(request, response, { status: 503, code: "ServiceUnavailable", message });
    });
    pipeline(request, onwards).catch(() => onwards.destroy());
  }

  private answer(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    const { status, code, message } = refusal;
    this.record(request, status);
    response.writeHead(status, { "Content-Type": "application/xml" });
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
  }

  private record({ method = "", url = "", headers, socket }: IncomingMessage, status: number): void {
    const { host = "" } = headers;
    const address = socket.remoteAddress ?? "";
    this.log.add({ service: "s3", address, method, host, path: url, status });
  }
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/**
 * The emulator takes whoever has no session token for the administrator, and finds its service by the signature. Machines have
 * nothing but the credentials of their roles, and here they find nothing but S3.
 */
function refusalOf({ headers }: IncomingMessage): Refusal | undefined {
  if (headers["x-amz-security-token"] === undefined)
    return { status: 403, code: "AccessDenied", message: "Access Denied" };
  if (!/Credential=[^,]+\/s3\/aws4_request/.test(headers.authorization ?? "")) {
    const message = "The authorization header is malformed; it must be signed for s3.";
    return { status: 400, code: "AuthorizationHeaderMalformed", message };
  }
  return undefined;
}

/** The connection ends in the middle of what was announced, if that is longer. */
async function copyFirstBytes(
  answer: IncomingMessage,
  response: ServerResponse,
  bytes: number,
): Promise<void> {
  response.flushHeaders();
  let left = bytes;
  for await (const part of answer as AsyncIterable<Buffer>) {
    response.write(part.subarray(0, left));
    left -= part.length;
    if (left < 0) {
      response.socket?.end();
      return;
    }
  }
  response.end();
}
