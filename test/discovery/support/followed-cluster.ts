import { expect } from "vitest";
import { Members } from "../../../lib/client";
import type { Change, DiscoverOptions, Selection } from "../../../lib/discovery/watching/changes";
import { Discovery } from "../../../lib/discovery/watching/discovery";
import { WatchHub } from "../../../lib/discovery/watching/watch-hub";
import { defaultTiming } from "../../../lib/discovery/timing";
import { microLayout } from "./stub-layout";
import { RawCluster, type RawClusterOptions } from "../../support/raw-cluster";
import { Writer } from "./churn";
import { historyOf, inWords } from "./history";

export const layout = microLayout();

/** A cluster that somebody writes to and somebody else follows, each with connections of their own. */
export class FollowedCluster {
  readonly writer: Writer;
  private runs = 0;

  private constructor(
    readonly cluster: RawCluster,
    private readonly writing: Members,
    private readonly following: Members,
    readonly hub: WatchHub,
  ) {
    this.writer = new Writer(writing, layout);
  }

  /** @param options.through which members are followed; all, unless said otherwise */
  static async start({
    through,
    ...options
  }: RawClusterOptions & { through?: number }): Promise<FollowedCluster> {
    const cluster = await RawCluster.start(options);
    const open = (endpoints: readonly string[]): Members =>
      Members.open({ endpoints, tls: cluster.tls, callTimeoutMs: defaultTiming.callTimeoutMs });
    const following = open(cluster.endpoints.slice(0, through));
    const hub = new WatchHub({ members: following, layout, timing: defaultTiming });
    return new FollowedCluster(cluster, open(cluster.endpoints), following, hub);
  }

  async stop(): Promise<void> {
    await this.hub.close();
    this.following.close();
    this.writing.close();
    await this.cluster.stop();
  }

  discover(selection: Selection, options: DiscoverOptions = {}): Discovery {
    return new Discovery(this.hub, layout, selection, options);
  }

  /** A name that nobody has used yet. */
  newService(): string {
    return `service-${(this.runs += 1)}/s`;
  }

  /** Instances come and go while something happens; then what was told is compared with etcd's own history. */
  async churning(meanwhile: (service: string) => Promise<void>): Promise<void> {
    const service = this.newService();
    const discovery = this.discover(service);
    const told: string[] = [];
    discovery.on("change", (change) => told.push(inWords(change)));
    await discovery.ready({ timeoutMs: 30_000 });
    const churn = this.writer.start([service]);
    try {
      await meanwhile(service);
    } finally {
      await churn.stop();
    }
    const expected = await historyOf(this.writing, layout.prefixOf(service));
    await expect.poll(() => told.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(expected.length);
    expect(told).toEqual(expected);
    await expect.poll(() => discovery.snapshot.isStale, { timeout: 20_000 }).toBe(false);
    expect(discovery.snapshot.instances.map(({ key }) => key)).toEqual(await this.keysOf(service));
    await discovery.close();
  }

  /** As etcdctl lists them. */
  async keysOf(service: string): Promise<string[]> {
    const out = await this.cluster.etcdctl(["get", "--prefix", "--keys-only", layout.prefixOf(service)]);
    return out.split("\n").filter((line) => line !== "");
  }

  /** Follows already, to tell later how long a change takes from when it was written until it is told. */
  async stopwatch(service: string): Promise<{ delayMs(): Promise<number> }> {
    const instance = `probe-${Math.random()}`;
    const discovery = this.discover(service);
    await discovery.ready();
    const seen = new Promise<number>((resolve) => {
      discovery.on("change", (change: Change) => {
        if (change.instance.instance === instance) resolve(performance.now());
      });
    });
    return {
      delayMs: async () => {
        await this.writer.put(service, instance);
        const written = performance.now();
        const delayMs = (await seen) - written;
        await discovery.close();
        return delayMs;
      },
    };
  }
}
