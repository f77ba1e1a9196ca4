import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * A member with a wrong clock, as seen from outside: the member is real, and so is all that it says but the `Date` of its HTTP
 * answers. Its real clock cannot be set: Go reads the kernel's, which libfaketime does not reach, and there is one for all.
 */
export class WrongClock {
  aheadMs = 0;
  private readonly sockets = new Set<Socket>();
  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async before(endpoint: string): Promise<WrongClock> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const self = new WrongClock(server, (server.address() as AddressInfo).port);
    server.on("connection", (client) => self.forward(client, Number(new URL(endpoint).port)));
    return self;
  }

  get address(): { host: string; port: number } {
    return { host: "127.0.0.1", port: this.port };
  }

  private forward(client: Socket, port: number): void {
    const member = connect(port, "127.0.0.1");
    for (const [socket, other] of [
      [client, member],
      [member, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
    client.pipe(member);
    member.on("data", (chunk) => client.write(this.shifted(chunk)));
  }

  /** An HTTP date is as long as any other. */
  private shifted(chunk: Buffer): Buffer {
    const text = chunk.toString("latin1");
    const date = /^Date: (.*)\r$/m.exec(text)?.[1];
    if (date === undefined) return chunk;
    return Buffer.from(text.replace(date, new Date(Date.parse(date) + this.aheadMs).toUTCString()), "latin1");
  }

  async stop(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise((done) => this.server.close(done));
  }
}
