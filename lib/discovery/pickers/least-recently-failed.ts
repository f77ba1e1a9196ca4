import type { Picker } from "./picker";
import { Turns } from "./round-robin";

/** Those that never failed take turns; when all have, the one whose failure is longest ago. A success makes up for earlier failures. */
export function leastRecentlyFailed(): Picker {
  const turns = new Turns();
  /** In the order of their last failures: a Map keeps it. */
  const failed = new Map<string, bigint>();
  return {
    pick: (instances) => {
      forgetOthers(failed, instances);
      const well = instances.filter(({ key }) => !failed.has(key));
      if (well.length > 0) return turns.next(well);
      const [longestAgo] = failed.keys();
      return instances.find(({ key }) => key === longestAgo);
    },
    report: ({ key, createRevision }, outcome) => {
      failed.delete(key);
      if (outcome === "failed") failed.set(key, createRevision);
    },
  };
}

/** An instance that is gone, or has been registered anew since, begins with a clean slate; and nothing is kept of what does not come back. */
function forgetOthers(
  failed: Map<string, bigint>,
  instances: readonly { readonly key: string; readonly createRevision: bigint }[],
): void {
  if (failed.size === 0) return;
  const there = new Map(instances.map(({ key, createRevision }) => [key, createRevision]));
  for (const [key, createRevision] of failed) if (there.get(key) !== createRevision) failed.delete(key);
}
