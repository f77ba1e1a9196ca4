/**
 * Stands between the members and can hold back the log entries for one of them while heartbeats pass: what a member with a
 * hung disk or a starved connection looks like. etcd sends the two on streams of their own: server/etcdserver/api/rafthttp/stream.go
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class PeerProxies {
  private readonly servers: Server[] = [];
  private readonly links = new Set<Link>();
  private held: string | undefined;

  /** @returns the URL of a proxy in front of a member's peer URL */
  readonly inFrontOf = async (url: string): Promise<string> => {
    const server = createServer((client) => {
      const upstream = connect(Number(new URL(url).port), "127.0.0.1");
      this.links.add(new Link(client, upstream, () => this.held));
    });
    this.servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  /** From now on this member (its ID in hexadecimal digits) gets no entries, until they are released. */
  hold(memberId: string): void {
    this.held = memberId;
  }

  release(): void {
    this.held = undefined;
    this.links.forEach((link) => link.flush());
  }

  async stop(): Promise<void> {
    this.links.forEach((link) => link.end());
    await Promise.all(this.servers.map((server) => new Promise((done) => server.close(done))));
  }
}

/** One connection from a member that asks for a stream to the one that sends it. */
class Link {
  private reader: string | undefined;
  private readonly kept: Buffer[] = [];

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly held: () => string | undefined,
  ) {
    client.on("data", (chunk) => {
      const [, reader] = /^GET \/raft\/stream\/msgapp\/(\w+)/.exec(chunk.toString("latin1")) ?? [];
      this.reader = reader ?? this.reader;
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (this.isHeld()) this.kept.push(chunk);
      else client.write(chunk);
    });
    // A sender that lost its stream of entries would send them along with the heartbeats.
    client.on("close", () => !this.isHeld() && upstream.destroy());
    upstream.on("close", () => client.destroy());
    client.on("error", () => undefined);
    upstream.on("error", () => undefined);
  }

  private isHeld(): boolean {
    return this.reader !== undefined && this.reader === this.held();
  }

  flush(): void {
    for (const chunk of this.kept.splice(0)) this.client.write(chunk);
    if (this.client.destroyed) this.upstream.destroy();
  }

  end(): void {
    this.client.destroy();
    this.upstream.destroy();
  }
}
