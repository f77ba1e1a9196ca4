import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { firstLine, unref } from "./background-program";
import type { NetworkNamespace } from "./network-namespace";

const PORT = / port (\d+) /;
const REQUEST = /"GET (\S+) HTTP/;

export interface FolderServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Paths that were asked for until now. */
  readonly requests: readonly string[];
}

/** Serves a folder over HTTP inside the namespace, e.g. a mirror of etcd's releases. */
export async function serveFolder(namespace: NetworkNamespace, folder: string): Promise<FolderServer> {
  const server = ["python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"];
  const [program, ...args] = namespace.command(server, folder);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const requests: string[] = [];
  createInterface({ input: child.stderr }).on("line", (logged) => {
    const path = REQUEST.exec(logged)?.[1];
    if (path !== undefined) requests.push(path);
  });
  const line = await firstLine(child);
  unref(child);
  const port = PORT.exec(line)?.[1];
  if (port === undefined) throw new Error(`Python's HTTP server says ${JSON.stringify(line)}`);
  return { url: `http://127.0.0.1:${port}`, requests };
}
