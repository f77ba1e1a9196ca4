/** From a key up to, but without, another; as etcd takes it. */
export interface KeyRange {
  readonly key: Buffer;
  /** `undefined`: the key alone. A single NUL: to the last of all keys. */
  readonly range_end?: Buffer;
}

/** To the end of all keys. */
const TO_THE_END = Buffer.of(0);

/** All keys that begin with `prefix`; with an empty one all keys there are. */
export function prefixRange(prefix: string | Buffer): KeyRange & { readonly range_end: Buffer } {
  const start = Buffer.from(prefix as string);
  // etcd takes no empty key; nothing comes before NUL.
  return { key: start.length === 0 ? Buffer.of(0) : start, range_end: endOfPrefix(start) };
}

/** `key` and all keys after it. */
export function rangeFrom(key: string | Buffer): KeyRange & { readonly range_end: Buffer } {
  const start = Buffer.from(key as string);
  return { key: start.length === 0 ? Buffer.of(0) : start, range_end: TO_THE_END };
}

/** The first key after all keys with this prefix: its last byte below 0xff is one higher, and the rest cut off. */
function endOfPrefix(prefix: Buffer): Buffer {
  for (let last = prefix.length - 1; last >= 0; last -= 1) {
    const byte = prefix[last]!;
    if (byte < 0xff) return Buffer.concat([prefix.subarray(0, last), Buffer.of(byte + 1)]);
  }
  return TO_THE_END;
}
