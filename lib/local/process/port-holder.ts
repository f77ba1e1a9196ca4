import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { commandOf } from "./process-identity";

const PROBE_TIMEOUT_MS = 1_000;

/** Why a server cannot listen there: the error code of bind or listen; undefined when it can. */
export function listenProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve("code" in error ? String(error.code) : error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

export interface PortHolder {
  readonly pid: number;
  readonly command: string | undefined;
}

/** The process that listens on an IPv4 address and port, as far as Linux lets this user see it. */
export function findPortHolder(host: string, port: number): PortHolder | undefined {
  const inodes = new Set([
    ...listeningInodes("/proc/net/tcp", port, host),
    ...listeningInodes("/proc/net/tcp6", port),
  ]);
  if (inodes.size === 0) return undefined;
  for (const name of namesIn("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    for (const descriptor of namesIn(`/proc/${name}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${name}/fd/${descriptor}`))?.[1];
      if (inode !== undefined && inodes.has(inode))
        return { pid: Number(name), command: commandOf(Number(name)) };
    }
  }
  return undefined;
}

/** The release of an etcd that answers there in the clear; undefined for anything else. */
export function askForEtcd(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = request({ host, port, path: "/version", agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > 4096) call.destroy();
      });
      response.on("end", () => resolve(/"etcdserver"\s*:\s*"([^"]+)"/.exec(body)?.[1]));
    });
    // Not the socket's idle timeout: a server that sends a byte now and then would keep that from ever firing.
    const timer = setTimeout(() => call.destroy(), PROBE_TIMEOUT_MS);
    call.on("error", () => undefined);
    call.on("close", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    call.end();
  });
}

// Columns of /proc/net/tcp: local_address in 2, st in 4 (0A = LISTEN), inode in 10; proc_net(5).
function listeningInodes(file: string, port: number, host?: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const addresses = host === undefined ? undefined : ["00000000", littleEndianHex(host)];
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [address, linePort] = (fields[1] ?? "").split(":");
    const matches =
      fields[3] === "0A" && linePort === hexPort && (addresses?.includes(address ?? "") ?? true);
    return matches && fields[9] !== undefined ? [fields[9]] : [];
  });
}

function littleEndianHex(ipv4: string): string {
  return ipv4
    .split(".")
    .reverse()
    .map((byte) => Number(byte).toString(16).toUpperCase().padStart(2, "0"))
    .join("");
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkTarget(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}
