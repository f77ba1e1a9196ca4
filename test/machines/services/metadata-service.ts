import { once } from "node:events";
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import { lookUp, type Tree } from "./metadata-tree";
import type { RequestLog } from "./request-log";
import { SessionTokens } from "./session-tokens";

export const METADATA_ADDRESS = "169.254.169.254";

const PORT = 80;
const TOKEN_PATH = "/latest/api/token";
const TOKEN_HEADER = "x-aws-ec2-metadata-token";
const TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds";
const MAX_TTL_SECONDS = 21_600;

/** Those that programs ask for, of the many that EC2 has: cloud-init looks for the newest that it knows. */
const VERSIONS = ["2009-04-04", "2016-09-02", "2018-09-24", "2021-03-23", "latest"];

/** What the service says to one caller. */
export interface MetadataInstance {
  /** By which the caller is known. */
  readonly address: string;
  readonly id: string;
  /** `metadataOptions.endpoint` of the instance. */
  readonly isEnabled: boolean;
  readonly metadata: Tree;
  readonly dynamic: Tree;
  readonly userDataBase64: string | null;
}

interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly contentType?: string;
  readonly ttlSeconds?: number;
}

/**
 * EC2's instance metadata service, version 2 only: without a token it refuses everything, also where `metadataOptions.tokens`
 * is `optional`.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export class MetadataService {
  private readonly tokens = new SessionTokens();
  private instances: ReadonlyMap<string, MetadataInstance> = new Map();

  constructor(private readonly log: RequestLog) {}

  async listen(): Promise<void> {
    const server = createServer((request, response) => this.serve(request, response));
    await once(server.listen(PORT, METADATA_ADDRESS), "listening");
  }

  /** From now on it answers these. */
  know(instances: readonly MetadataInstance[]): void {
    this.instances = new Map(instances.map((instance) => [instance.address, instance]));
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", url = "", headers, socket } = request;
    const address = socket.remoteAddress ?? "";
    const instance = this.instances.get(address);
    const answer = instance === undefined ? undefined : this.answer(instance, request);
    const { host = "" } = headers;
    const status = answer?.status ?? null;
    this.log.add({ service: "metadata", address, method, host, path: url, status });
    if (answer === undefined) {
      // Nobody else has a metadata service. A machine that is faster than its instance in the emulator tries again.
      socket.resetAndDestroy();
      return;
    }
    const { body = page(answer.status), contentType = "text/plain", ttlSeconds } = answer;
    response.writeHead(answer.status, {
      Server: "EC2ws",
      "Content-Type": answer.body === undefined ? "text/html" : contentType,
      "Content-Length": Buffer.byteLength(body),
      ...(ttlSeconds === undefined ? {} : { [TTL_HEADER]: String(ttlSeconds) }),
    });
    response.end(body);
  }

  private answer(instance: MetadataInstance, { method, url = "", headers }: IncomingMessage): Answer {
    if (!instance.isEnabled) return { status: 403 };
    if (method === "PUT") {
      // Also a path of a version: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
      if (url !== TOKEN_PATH || headers["x-forwarded-for"] !== undefined) return { status: 403 };
      const ttlSeconds = ttlIn(headers[TTL_HEADER]);
      if (ttlSeconds === undefined) return { status: 400 };
      return { status: 200, body: this.tokens.issue(instance.id, ttlSeconds), ttlSeconds };
    }
    if (method !== "GET" && method !== "HEAD") return { status: 405 };
    const ttlSeconds = this.tokens.secondsLeft(String(headers[TOKEN_HEADER]), instance.id);
    if (ttlSeconds === undefined) return { status: 401 };
    return { ...documentAt(instance, url), ttlSeconds };
  }
}

function ttlIn(header: string | string[] | undefined): number | undefined {
  const text = String(header);
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  return seconds >= 1 && seconds <= MAX_TTL_SECONDS ? seconds : undefined;
}

function documentAt(instance: MetadataInstance, url: string): Answer {
  const path = decoded(url);
  if (path === undefined) return { status: 400 };
  const [version, ...names] = path.split("/").filter((name) => name !== "");
  if (version === undefined) return { status: 200, body: VERSIONS.join("\n") };
  if (!VERSIONS.includes(version)) return { status: 404 };
  const userData = instance.userDataBase64;
  const [category, ...below] = names;
  if (category === undefined) {
    // Without slashes, as nowhere else.
    const categories = ["dynamic", "meta-data", ...(userData === null ? [] : ["user-data"])];
    return { status: 200, body: categories.join("\n") };
  }
  if (category === "user-data" && below.length === 0 && userData !== null) {
    const body = Buffer.from(userData, "base64");
    return { status: 200, body, contentType: "application/octet-stream" };
  }
  const body = lookUp({ "meta-data": instance.metadata, dynamic: instance.dynamic }, names);
  return body === undefined ? { status: 404 } : { status: 200, body };
}

function decoded(url: string): string | undefined {
  const [path = ""] = url.split("?");
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function page(status: number): string {
  const title = `${status} - ${STATUS_CODES[status] ?? ""}`;
  return `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
}
