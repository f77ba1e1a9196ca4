import type { RawHeader, RawKeyValue } from "../../client";

/** The part of etcd's request that is used here. */
export interface RangeRequest {
  readonly key: Buffer;
  readonly range_end?: Buffer;
  readonly limit?: string;
  readonly revision?: string;
  readonly sort_order?: "Ascend" | "Descend";
  readonly sort_target?: "Key" | "Create" | "Mod" | "Value" | "Version";
  readonly keys_only: boolean;
  readonly count_only: boolean;
  readonly serializable: boolean;
}

export interface RangeReply {
  readonly header: RawHeader;
  readonly kvs: readonly RawKeyValue[];
  /** Of all keys in the range, whatever the limit. */
  readonly count: string;
}

/** A page begins with so many keys, as nobody knows yet how large they are, and doubles until it has so many bytes. */
const FIRST_PAGE_KEYS = 16n;
const PAGE_BYTES = 1024 * 1024;

/**
 * Keys of a range page by page, all as of the revision of the first one: neither side has to hold them all, and no call takes longer the
 * more there are.
 */
export async function* pagesOf(
  request: RangeRequest,
  limit: bigint,
  read: (page: RangeRequest) => Promise<RangeReply>,
): AsyncGenerator<RangeReply> {
  let page = request;
  let pageKeys = FIRST_PAGE_KEYS;
  let left: bigint | undefined;
  do {
    const size =
      left === undefined ? smaller(limit === 0n ? pageKeys : limit, pageKeys) : smaller(left, pageKeys);
    const reply = await read({ ...page, limit: String(size) });
    yield reply;
    const { header, kvs, count } = reply;
    left ??= limit === 0n ? BigInt(count) : smaller(limit, BigInt(count));
    left -= BigInt(kvs.length);
    const last = kvs.at(-1);
    if (last === undefined) return;
    page = {
      ...page,
      key: Buffer.concat([last.key, Buffer.of(0)]),
      revision: page.revision ?? header.revision,
    };
    const bytes = kvs.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
    if (bytes < PAGE_BYTES) pageKeys *= 2n;
  } while (left > 0n);
}

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);
