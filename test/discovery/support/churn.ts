import type { Etcd3 } from "etcd3";
import { microLayout } from "../../../lib/discovery";

const layout = microLayout();

/** Writes entries as a registration would, one after the other. */
export class Writer {
  constructor(private readonly etcd: Etcd3) {}

  async put(service: string, instance: string, endpoint = `http://${instance}`): Promise<bigint> {
    const value = layout.encode({ service, instance, endpoint, metadata: {} });
    return this.putRaw(layout.keyOf(service, instance), value);
  }

  /** @returns the revision */
  async putRaw(key: string, value: string | Buffer): Promise<bigint> {
    const { header } = await this.etcd.kv.put({ key: Buffer.from(key), value: Buffer.from(value as string) });
    return BigInt(header.revision);
  }

  async remove(service: string, instance: string): Promise<bigint> {
    const { header } = await this.etcd.kv.deleteRange({
      key: Buffer.from(layout.keyOf(service, instance)),
    });
    return BigInt(header.revision);
  }

  /** Several entries come and go at one revision. */
  async atOnce(service: string, come: readonly string[], go: readonly string[]): Promise<void> {
    const puts = come.map((instance) => ({
      request_put: {
        key: Buffer.from(layout.keyOf(service, instance)),
        value: Buffer.from(
          layout.encode({ service, instance, endpoint: `http://${Math.random()}`, metadata: {} }),
        ),
      },
    }));
    const deletions = go.map((instance) => ({
      request_delete_range: { key: Buffer.from(layout.keyOf(service, instance)) },
    }));
    await this.etcd.kv.txn({ success: [...puts, ...deletions] });
  }

  /** Random entries come, change and go until it is stopped. @returns ends it, with how often it wrote */
  churn(services: readonly string[]): () => Promise<number> {
    let isStopped = false;
    const names = ["a", "b", "c", "d", "e", "f"];
    const running = (async () => {
      let writes = 0;
      for (; !isStopped; writes += 1) {
        const service = services[writes % services.length]!;
        const some = names.filter(() => Math.random() < 0.3);
        const others = names.filter((name) => !some.includes(name) && Math.random() < 0.2);
        if (Math.random() < 0.3) await this.atOnce(service, some, others);
        else if (Math.random() < 0.4) await this.remove(service, names[writes % 6]!);
        else await this.put(service, names[writes % 5]!, `http://${Math.random()}`);
      }
      return writes;
    })();
    return () => {
      isStopped = true;
      return running;
    };
  }
}
