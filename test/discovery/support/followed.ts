import type { Etcd3 } from "etcd3";
import { openEtcd3, targetsOf } from "../../../lib/client";
import {
  ServiceRegistry,
  type Change,
  type Discovery,
  type InvalidEntry,
  type RegistryOptions,
} from "../../../lib/discovery";
import type { TestEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { Writer } from "./churn";

/** For what is a matter of milliseconds, on a machine that may be busy. */
export const SOON = { timeout: 20_000, interval: 20 };

/** A cluster that somebody writes to and somebody else follows, each with connections of their own. */
export class Followed {
  readonly writer: Writer;
  private readonly etcd: Etcd3;
  private readonly registries: ServiceRegistry[] = [];
  private services = 0;

  private constructor(readonly cluster: RawCluster) {
    this.etcd = openEtcd3(targetsOf({ endpoints: cluster.endpoints })[0]!, {
      tls: cluster.tls,
      leftMs: () => 10_000,
    });
    this.writer = new Writer(this.etcd);
  }

  static async start(binaries: TestEtcd, isTls = false): Promise<Followed> {
    return new Followed(await RawCluster.start({ binaries, ...(isTls ? { tls: {} } : {}) }));
  }

  registry(options: Partial<RegistryOptions> = {}): ServiceRegistry {
    const { endpoints, tls } = this.cluster;
    const registry = new ServiceRegistry({ endpoints, ...(tls === undefined ? {} : { tls }), ...options });
    this.registries.push(registry);
    return registry;
  }

  /** A name that nobody has used yet. */
  service(): string {
    this.services += 1;
    return `service-${this.services}/s`;
  }

  async closeRegistries(): Promise<void> {
    await Promise.all(this.registries.splice(0).map((registry) => registry.close()));
  }

  async stop(): Promise<void> {
    await this.closeRegistries();
    this.etcd.close();
    await this.cluster.stop();
  }
}

export interface Told {
  readonly changes: (Change & { readonly at: number })[];
  readonly invalid: InvalidEntry[];
}

/** All that a discovery tells, from its beginning. */
export function listen(discovery: Discovery): Told {
  const told: Told = { changes: [], invalid: [] };
  discovery.on("change", (change) => told.changes.push({ ...change, at: performance.now() }));
  discovery.on("invalid", (entry) => told.invalid.push(entry));
  return told;
}

export const words = ({ type, instance }: Change): string => `${type} ${instance.instance}`;

export const names = (discovery: Pick<Discovery, "snapshot">): string[] =>
  discovery.snapshot.instances.map(({ service, instance }) => `${service}/${instance}`);
