import { prefixRange, rangeFrom, type KeyRange } from "../../client";
import { UsageError } from "../../errors";
import { decodeKey } from "./decode-key";

export interface KeyOptions {
  readonly keyEncoding: string;
}

export interface RangeOptions extends KeyOptions {
  readonly prefix?: boolean | undefined;
  readonly fromKey?: boolean | undefined;
}

/**
 * The one key that a command is about.
 *
 * @throws UsageError for what etcd does not take
 */
export function keyOf(text: string, { keyEncoding }: KeyOptions): Buffer {
  const key = decodeKey("KEY", text, keyEncoding);
  if (key.length === 0) throw emptyKey();
  return key;
}

/**
 * The keys that a command is about.
 *
 * @param allKeys how the command is told that all keys are meant
 * @throws UsageError for what etcd does not take, or contradicts itself
 */
export function rangeOf(
  key: string,
  rangeEnd: string | undefined,
  options: RangeOptions,
  allKeys = '"" --prefix',
): KeyRange {
  const { keyEncoding, prefix = false, fromKey = false } = options;
  const start = decodeKey("KEY", key, keyEncoding);
  if (prefix && fromKey) throw new UsageError("--prefix and --from-key cannot be given together");
  if (rangeEnd !== undefined) {
    if (prefix || fromKey)
      throw new UsageError(`RANGE_END cannot be given with ${prefix ? "--prefix" : "--from-key"}`);
    const end = decodeKey("RANGE_END", rangeEnd, keyEncoding);
    if (start.length === 0) throw emptyKey(allKeys);
    // Without one etcd would take the range for the key alone.
    if (end.length === 0)
      throw new UsageError("RANGE_END must not be empty", { remedy: "For all keys from KEY on: --from-key" });
    return { key: start, range_end: end };
  }
  if (prefix) return prefixRange(start);
  if (fromKey) return rangeFrom(start);
  if (start.length === 0) throw emptyKey(allKeys);
  return { key: start };
}

function emptyKey(allKeys?: string): UsageError {
  return new UsageError(
    "KEY must not be empty",
    allKeys === undefined ? {} : { remedy: `For all keys there are: ${allKeys}` },
  );
}
