import { UsageError } from "../../errors";

/** The largest that etcd counts to. */
const LARGEST = 2n ** 63n - 1n;

/**
 * @returns undefined if it was not given
 * @throws UsageError for anything but digits, and what is below `from`
 */
export function wholeNumberOf(what: string, text: string | undefined, from = 0n): bigint | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (value !== undefined && value >= from && value <= LARGEST) return value;
  throw new UsageError(`${what} must be a whole number from ${from} on, got "${text}"`);
}
