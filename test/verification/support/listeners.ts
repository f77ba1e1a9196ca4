/** Addresses on loopback at which there is no etcd, each in its own way. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Listener {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Takes every connection and says nothing, as a frozen process does. */
export async function silentListener(): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on("error", () => undefined))).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((done) => server.close(done));
    },
  };
}

const listenOnly = `
  const server = require("node:net").createServer();
  server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => process.stdout.write(String(server.address().port)));
`;

/**
 * Lets connection attempts go unanswered, as a firewall that drops packets does: a stopped process never accepts, and once
 * its backlog is full the kernel ignores every further SYN (tcp(7), listen(2)).
 */
export async function blackHole(): Promise<Listener> {
  const child = spawn(process.execPath, ["-e", listenOnly], { stdio: ["ignore", "pipe", "inherit"] });
  const killWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const [text] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(text.toString());
  child.kill("SIGSTOP");
  const fillers = await fillBacklog(port);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      fillers.forEach((socket) => socket.destroy());
      process.removeListener("exit", killWithUs);
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** Connects until an attempt stays unanswered. */
async function fillBacklog(port: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    sockets.push(socket);
    const answered = await new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      setTimeout(() => resolve(false), 300);
    });
    if (!answered) return sockets;
  }
  throw new Error("the kernel goes on accepting connections");
}

/** Answers every request with 404, as a proxy does that answers for every address; over TLS with the certificate given. */
export async function gateway(tls?: {
  readonly certFile: string;
  readonly keyFile: string;
}): Promise<Listener> {
  const answer: RequestListener = (_, response) => void response.writeHead(404).end("no such site\n");
  const server =
    tls === undefined
      ? createHttpServer(answer)
      : createHttpsServer({ cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) }, answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const scheme = tls === undefined ? "http" : "https";
  return {
    endpoint: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
