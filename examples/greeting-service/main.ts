/** Greets over HTTP, on any free port, and lists in etcd which one; README.md beside this file says how to run it. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openRegistry } from "./open-registry";

/** What others reach this machine by. */
const HOST = process.env["HOST"] ?? "127.0.0.1";

async function main(): Promise<void> {
  const registry = openRegistry();
  const server = createServer((_request, response) => response.end(`hello from process ${process.pid}`));
  // Listed is only what listens already, with the port that it really got.
  await once(server.listen(0, HOST), "listening");
  const { port } = server.address() as AddressInfo;

  const registration = registry.register({ service: "greeting", endpoint: `http://${HOST}:${port}` });
  registration.on("state", ({ state, reason }) => console.log(state, reason ?? registration.key));
  // It is tried again by itself.
  registration.on("problem", ({ message }) => console.error(`etcd: ${message}`));

  const stop = async (): Promise<void> => {
    // Withdrawn first: whoever was sent here a moment ago still gets an answer.
    await registry.close();
    server.close();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
