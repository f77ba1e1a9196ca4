import { UsageError } from "../errors";

/** The largest that etcd counts to. */
const LARGEST = 2n ** 63n - 1n;

/** For whoever gave one that is none. */
export const LIST_LEASES = "`cdktf-etcd lease list` prints them all.";

/** As etcdctl writes and takes it: 16 hexadecimal digits; `0` for none. */
export function leaseIdOf(decimal: string): string {
  return decimal === "0" ? decimal : BigInt(decimal).toString(16).padStart(16, "0");
}

/**
 * @param what says where it comes from, e.g. `--lease`
 * @returns decimal, as etcd3 takes it
 * @throws UsageError for what is no ID as etcdctl writes it
 */
export function parseLeaseId(what: string, text: string): string {
  const id = /^[\da-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : 0n;
  if (id > 0n && id <= LARGEST) return String(id);
  throw new UsageError(`${what} must be the ID of a lease, up to 16 hexadecimal digits, got "${text}"`, {
    remedy: LIST_LEASES,
  });
}
