import { prefixRange, type KeyRange } from "../../client";

/** What a role may do with keys. */
export interface Access {
  readonly canRead: boolean;
  readonly canWrite: boolean;
}

/** A role's permission on a range of keys, as etcd keeps it. */
export interface Permission extends Access, KeyRange {}

/** The permission on all keys that begin with `prefix`; on all keys there are if it is empty. */
export function permissionOn(prefix: string, access: Access): Permission {
  return { ...prefixRange(prefix), canRead: access.canRead, canWrite: access.canWrite };
}

export function isSameRange(one: KeyRange, other: KeyRange): boolean {
  return one.key.equals(other.key) && endOf(one).equals(endOf(other));
}

const endOf = ({ range_end }: KeyRange): Buffer => range_end ?? Buffer.alloc(0);

/** `read`, `write`, or `read and write`. */
export function accessWords({ canRead, canWrite }: Access): string {
  return [...(canRead ? ["read"] : []), ...(canWrite ? ["write"] : [])].join(" and ");
}

/** The prefix that the range is all keys of; `undefined` for any other range. */
export function prefixOf({ key, range_end }: KeyRange): Buffer | undefined {
  if (range_end === undefined) return undefined;
  // All keys: etcd takes no empty key.
  const prefix = key.equals(ALL_KEYS.key) && range_end.equals(ALL_KEYS.range_end) ? Buffer.alloc(0) : key;
  return isSameRange({ key, range_end }, prefixRange(prefix)) ? prefix : undefined;
}

const ALL_KEYS = prefixRange("");

/** The keys of a range in words: `/micro/*`, `all keys`, `the key /a`, `/a up to /b`. */
export function rangeWords(range: KeyRange): string {
  const prefix = prefixOf(range);
  if (prefix !== undefined) return prefix.length === 0 ? "all keys" : `${textOf(prefix)}*`;
  const { key, range_end } = range;
  if (range_end === undefined) return `the key ${textOf(key)}`;
  return range_end.equals(ALL_KEYS.range_end)
    ? `${textOf(key)} and all after it`
    : `${textOf(key)} up to ${textOf(range_end)}`;
}

/** Readable and unambiguous on one line: what is no printable text stands escaped, as Go's `%q` has it. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  const isText = Buffer.from(text).equals(bytes) && /^[^\s"\\\p{C}]+$/u.test(text);
  if (isText) return text;
  const escaped = Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`,
  );
  return `"${escaped.join("")}"`;
}
