import { UsageError } from "../../errors";
import { durationMs } from "../duration";

/**
 * @returns undefined: the library's default
 * @throws UsageError for what is no duration of whole seconds, which is what etcd counts leases in
 */
export function ttlSecondsOf(ttl: string | undefined): number | undefined {
  if (ttl === undefined) return undefined;
  const ms = durationMs("--ttl", ttl);
  if (ms % 1000 !== 0) throw new UsageError(`--ttl must be whole seconds, got "${ttl}"`);
  return ms / 1000;
}
