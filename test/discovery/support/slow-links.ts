import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Address } from "../../../lib/client";

/** Takes everything to the members and back, in order, and late. */
export class SlowLinks {
  private readonly sockets = new Set<Socket>();
  private readonly servers: Server[] = [];
  private readonly ports = new Map<string, number>();

  static async open(
    endpoints: readonly string[],
    { delayMs }: { readonly delayMs: number },
  ): Promise<SlowLinks> {
    const links = new SlowLinks();
    for (const endpoint of endpoints) await links.add(endpoint, delayMs);
    return links;
  }

  readonly connectTo = (endpoint: string): Address | undefined => {
    const port = this.ports.get(endpoint);
    return port === undefined ? undefined : { host: "127.0.0.1", port };
  };

  close(): void {
    for (const server of this.servers) server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async add(endpoint: string, delayMs: number): Promise<void> {
    const { hostname, port } = new URL(endpoint);
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      this.pass(near, far, delayMs);
      this.pass(far, near, delayMs);
    });
    this.servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    this.ports.set(endpoint, (server.address() as AddressInfo).port);
  }

  private pass(from: Socket, to: Socket, delayMs: number): void {
    this.sockets.add(from);
    from.on("data", (chunk) => setTimeout(() => to.write(chunk), delayMs));
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
