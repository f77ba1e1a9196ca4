import { randomBytes } from "node:crypto";
import type { Etcd3, ITxnResponse } from "etcd3";
import { connect, headerOf, keyValueOf, type ConnectionOptions } from "./etcd-connection";
import type { Acknowledged, Attempt, KeyValue, Refused, Unknown } from "./records";
import { isSurelyRefused } from "./surely-refused";

/** Long enough that no two are alike and any is recognised wherever it turns up. */
const VALUE_BYTES = 100;

type WithoutPlace<Outcome> = Omit<Outcome, "id" | "atMs">;
export type Answer = WithoutPlace<Acknowledged> | WithoutPlace<Refused> | WithoutPlace<Unknown>;

/**
 * Sends one write after another, over connections of its own. Some of its writes are links of a chain: each names the revision of
 * the one before and is taken only if that is still the last, so that a forgotten one leaves a gap which later ones show.
 */
export class Lane {
  isBusy = false;
  private readonly connections = new Map<string, Etcd3>();
  private readonly counterKey: string;
  /** Revision of the last link that this lane knows of. */
  private lastLink = 0;

  constructor(
    private readonly index: number,
    private readonly prefix: string,
    private readonly options: ConnectionOptions,
  ) {
    this.counterKey = `${prefix}chain/${index}`;
  }

  attempt(id: number, endpoint: string, isLink: boolean): Attempt {
    const words = `${this.prefix} write ${id} of lane ${this.index} `;
    return {
      type: "attempt",
      atMs: Date.now(),
      id,
      lane: this.index,
      endpoint,
      key: `${this.prefix}write/${String(id).padStart(8, "0")}`,
      value: (words + randomBytes(VALUE_BYTES).toString("hex")).slice(0, VALUE_BYTES),
      ...(isLink ? { counter: { key: this.counterKey, after: this.lastLink } } : {}),
    };
  }

  async send(attempt: Attempt): Promise<Answer> {
    try {
      return await (attempt.counter === undefined ? this.put(attempt) : this.link(attempt, attempt.counter));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { type: isSurelyRefused(reason) ? "refused" : "unknown", reason };
    }
  }

  /** @throws Error when certificate and key cannot be used */
  connection(endpoint: string): Etcd3 {
    let connection = this.connections.get(endpoint);
    if (connection === undefined) {
      connection = connect(endpoint, this.options);
      this.connections.set(endpoint, connection);
    }
    return connection;
  }

  private async put({ endpoint, key, value }: Attempt): Promise<Answer> {
    const request = { key: Buffer.from(key), value: Buffer.from(value) };
    const { header } = await this.connection(endpoint).kv.put(request);
    return { type: "acknowledged", header: headerOf(header) };
  }

  private async link({ endpoint, key, value }: Attempt, counter: Counter): Promise<Answer> {
    const counterKey = Buffer.from(counter.key);
    const reply = await this.connection(endpoint).kv.txn({
      compare: [{ result: "Equal", target: "Mod", key: counterKey, mod_revision: counter.after }],
      success: [
        { request_put: { key: Buffer.from(key), value: Buffer.from(value) } },
        { request_put: { key: counterKey, value: Buffer.from(value) } },
      ],
      failure: [{ request_range: { key: counterKey } }],
    });
    const header = headerOf(reply.header);
    if (reply.succeeded) {
      this.lastLink = header.revision;
      return { type: "acknowledged", header };
    }
    const found = counterIn(reply);
    this.lastLink = found?.modRevision ?? 0;
    const reason = `the chain goes on from revision ${this.lastLink}, not ${counter.after}`;
    return { type: "refused", reason, found: { header, ...(found === undefined ? {} : { counter: found }) } };
  }
}

type Counter = NonNullable<Attempt["counter"]>;

function counterIn({ responses }: ITxnResponse): KeyValue | undefined {
  const kv = responses[0]?.response_range.kvs[0];
  return kv === undefined ? undefined : keyValueOf(kv);
}
