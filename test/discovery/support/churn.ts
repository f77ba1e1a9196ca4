import { EndpointProblem, prefixRange, type Members } from "../../../lib/client";
import type { Layout } from "../../../lib/discovery/layouts/layout";

/** Writes entries as a registration would, through any member that answers. */
export class Writer {
  constructor(
    private readonly members: Members,
    private readonly layout: Layout,
  ) {}

  /** Until a member takes it, also through an election. */
  put(service: string, instance: string, endpoint = `http://${instance}`): Promise<void> {
    const value = this.layout.encode({ service, instance, endpoint, metadata: {} });
    return this.putRaw(this.layout.keyOf(service, instance), value);
  }

  async putRaw(key: string, value: string): Promise<void> {
    const request = { key: Buffer.from(key), value: Buffer.from(value) };
    await this.insist((member) => member.call((etcd, options) => etcd.kv.put(request, options)));
  }

  async remove(service: string, instance: string): Promise<void> {
    const request = { key: Buffer.from(this.layout.keyOf(service, instance)) };
    await this.insist((member) => member.call((etcd, options) => etcd.kv.deleteRange(request, options)));
  }

  async removeAll(prefix: string): Promise<void> {
    await this.insist((member) =>
      member.call((etcd, options) => etcd.kv.deleteRange(prefixRange(prefix), options)),
    );
  }

  /** Random entries of a few services come and go until it is stopped. */
  start(services: readonly string[]): { stop(): Promise<number> } {
    let isStopped = false;
    let writes = 0;
    const running = (async () => {
      while (!isStopped) {
        const service = services[Math.floor(Math.random() * services.length)]!;
        const instance = `i${Math.floor(Math.random() * 5)}`;
        await (Math.random() < 0.4
          ? this.remove(service, instance)
          : this.put(service, instance, `http://${Math.random()}`));
        writes += 1;
      }
    })();
    return {
      stop: async () => {
        isStopped = true;
        await running;
        return writes;
      },
    };
  }

  private async insist(ask: Parameters<Members["hedged"]>[0]): Promise<void> {
    for (;;) {
      try {
        await this.members.hedged(ask, { hedgeAfterMs: 300 });
        return;
      } catch (error) {
        if (!(error instanceof EndpointProblem)) throw error;
      }
    }
  }
}
