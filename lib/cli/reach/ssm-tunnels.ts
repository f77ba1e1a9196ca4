import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address, NoWay } from "../../verification";
import { asError, type SsmFailure } from "./ssm-failure";
import { SsmTunnel, type TunnelRoute } from "./ssm-tunnel";

/** Where a member runs. */
export interface MemberInstance {
  readonly endpoint: string;
  readonly instanceId: string;
}

export interface OpenTunnelsOptions {
  readonly region: string;
  readonly signal: AbortSignal;
  /** For one tunnel; all are opened at the same time. @default 20000 */
  readonly deadlineMs?: number | undefined;
}

/** The AWS CLI needs a second or two to start and one for each of two calls; a busy machine and a far region several times that. */
const DEADLINE_MS = 20_000;
/** After a tunnel broke: as often as a machine that boots may be looked for without AWS refusing so many calls. */
const REOPEN_MS = 5000;

const LOOPBACK = "127.0.0.1";

/** A tunnel through AWS Session Manager to every member; each opens anew when it breaks, on the same port. */
export class SsmTunnels {
  private readonly started = new Set<SsmTunnel>();
  private readonly closing = new AbortController();
  private readonly killAll = (): void => this.started.forEach((tunnel) => tunnel.kill());

  private constructor(
    private readonly lines: ReadonlyMap<string, Line>,
    private readonly deadlineMs: number,
  ) {
    process.once("exit", this.killAll);
  }

  /**
   * Opens all at once. One that does not open is that member's problem: {@link noWay} says why.
   *
   * @throws {ExternalError} for what is the same for every member: no AWS CLI, no plugin, no credentials
   */
  static async open(
    members: readonly MemberInstance[],
    { region, signal, deadlineMs = DEADLINE_MS }: OpenTunnelsOptions,
  ): Promise<SsmTunnels> {
    const ports = await freePorts(members.length);
    const lines = members.map(({ endpoint, instanceId }, index): [string, Line] => [
      endpoint,
      { route: { region, instanceId, remotePort: portOf(endpoint), localPort: ports[index] ?? 0 } },
    ]);
    const tunnels = new SsmTunnels(new Map(lines), deadlineMs);
    try {
      await tunnels.openAll(signal);
      return tunnels;
    } catch (error) {
      await tunnels.close();
      throw error;
    }
  }

  /** The near end of an endpoint's tunnel. */
  readonly connectTo = (endpoint: string): Address | undefined => {
    const line = this.lines.get(endpoint);
    return line && { host: LOOPBACK, port: line.route.localPort };
  };

  /** Why an endpoint's tunnel cannot be used; undefined while it is open. */
  readonly noWay = (endpoint: string): NoWay | undefined => this.lines.get(endpoint)?.tunnel?.failure;

  /** Ends all, and waits until they are gone. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.started].map((tunnel) => tunnel.end()));
    process.off("exit", this.killAll);
  }

  private async openAll(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const listening = new AbortController();
    const interrupted = once(signal, "abort", { signal: listening.signal }).then(() =>
      signal.throwIfAborted(),
    );
    const opened = Promise.all(
      [...this.lines.values()].map(async (line) => {
        const failure = await this.open(line);
        if (failure?.isForAll === true) throw asError(failure);
        void this.keepOpen(line);
      }),
    );
    try {
      await Promise.race([opened, interrupted]);
    } finally {
      for (const left of [opened, interrupted]) left.catch(() => undefined);
      listening.abort();
    }
  }

  /** Until it is decided, the tunnel before says what is wrong. */
  private async open(line: Line): Promise<SsmFailure | undefined> {
    const tunnel = new SsmTunnel(line.route);
    this.started.add(tunnel);
    void tunnel.ended.then(() => this.started.delete(tunnel));
    const failure = await tunnel.opened(this.deadlineMs);
    line.tunnel = tunnel;
    return failure;
  }

  private async keepOpen(line: Line): Promise<void> {
    const { signal } = this.closing;
    for (;;) {
      await line.tunnel?.ended;
      await sleep(REOPEN_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await this.open(line);
    }
  }
}

/** A route, and the last tunnel that came up on it or did not. */
interface Line {
  readonly route: TunnelRoute;
  tunnel?: SsmTunnel;
}

function portOf(endpoint: string): number {
  const { port, protocol } = new URL(endpoint);
  // URL drops a port that is the default of its scheme.
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

/** Ports of this machine's loopback that are free now, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

async function listenAnywhere(): Promise<Server> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, "listening");
  return server;
}
