import { UsageError } from "../../../../lib/errors";

/**
 * The newest of the releases at hand that begins as asked: `3.4`, `3.5.16`.
 *
 * @param atHand oldest first
 * @throws {UsageError} that lists the releases
 */
export function pickRelease<Etcd extends { readonly release: string }>(
  wanted: string,
  atHand: readonly Etcd[],
): Etcd {
  const found = atHand.findLast(({ release }) => `${release}.`.startsWith(`${wanted}.`));
  if (found !== undefined) return found;
  throw new UsageError(`there is no etcd ${wanted} for the members here`, {
    remedy: `take one of ${atHand.map(({ release }) => release).join(", ")}, which Debian's suites have`,
  });
}
