import { keyValueOf, type KeyValue, type Member } from "../../client";
import type { World } from "../world";

export interface Lease {
  readonly id: string;
  /** As granted, which is more than was asked for where elections take long. */
  readonly ttlMs: number;
}

/** What stands at a key, without its value. */
export type Trace = Pick<KeyValue, "modRevision" | "leaseId">;

export interface Write {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly leaseId: string;
  /** Only if this is still the key's last revision; 0: only if there is no such key. */
  readonly expectedRevision: bigint;
}

/**
 * What a registration asks of the cluster, of whichever member answers first. As a member that stays silent may still do later what it
 * was asked, none of it does harm when done twice, or late.
 */
export class Requests {
  constructor(
    private readonly world: World,
    private readonly call: { readonly callTimeoutMs: number; readonly signal: AbortSignal },
  ) {}

  /**
   * etcd chooses the ID, so that every request makes a lease of its own and the one that is used is never granted twice: once it is
   * revoked, no write with it that comes late can bring the key back.
   */
  async grant(ttlSeconds: number): Promise<Lease> {
    let isOver = false;
    try {
      return await this.hedged(async (member) => {
        const { ID, TTL } = await member.call(
          (etcd, options) => etcd.leaseClient.leaseGrant({ TTL: ttlSeconds }, options),
          this.call,
        );
        // Another member was quicker. Whatever becomes of this: nothing hangs on it, and it expires.
        if (isOver) void revoke(member, ID).catch(() => undefined);
        isOver = true;
        return { id: ID, ttlMs: Number(TTL) * 1000 };
      });
    } finally {
      isOver = true;
    }
  }

  /** @returns whether there is such a lease */
  async keepAlive({ id }: Lease): Promise<boolean> {
    const { ttlSeconds } = await this.hedged((member) => member.keepAlive(id, this.call));
    return ttlSeconds > 0;
  }

  async look(key: Buffer): Promise<Trace | undefined> {
    const { kvs } = await this.hedged((member) =>
      member.call((etcd, options) => etcd.kv.range({ key, keys_only: true }, options), this.call),
    );
    return kvs[0] === undefined ? undefined : keyValueOf(kvs[0]);
  }

  /** @returns what stands there after it, written or not */
  async write({ key, value, leaseId, expectedRevision }: Write): Promise<KeyValue | undefined> {
    const read = { request_range: { key } };
    const transaction = {
      compare: [
        { key, target: "Mod" as const, result: "Equal" as const, mod_revision: String(expectedRevision) },
      ],
      success: [{ request_put: { key, value, lease: leaseId } }, read],
      failure: [read],
    };
    const { responses } = await this.hedged((member) =>
      member.call((etcd, options) => etcd.kv.txn(transaction, options), this.call),
    );
    const raw = responses.at(-1)?.response_range.kvs[0];
    return raw === undefined ? undefined : keyValueOf(raw);
  }

  async revoke(leaseId: string): Promise<void> {
    await this.hedged((member) => revoke(member, leaseId, this.call));
  }

  private async hedged<T>(ask: (member: Member) => Promise<T>): Promise<T> {
    const { members, timing } = this.world;
    const { hedgeAfterMs } = timing;
    return (await members.hedged(ask, { hedgeAfterMs, signal: this.call.signal })).value;
  }
}

async function revoke(
  member: Member,
  leaseId: string,
  call?: { readonly callTimeoutMs: number },
): Promise<void> {
  await member.call((etcd, options) => etcd.leaseClient.leaseRevoke({ ID: leaseId }, options), call);
}
