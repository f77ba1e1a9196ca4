import type { Selection } from "../../discovery";
import { UsageError } from "../../errors";

/** @throws UsageError when names and `--below` both say which services */
export function selectionOf(services: readonly string[], below: string | undefined): Selection {
  if (below === undefined) return services.length === 0 ? { all: true } : [...new Set(services)];
  if (services.length > 0)
    throw new UsageError(`${services.join(", ")} and --below ${below} each say which services`, {
      remedy: "Give one of them.",
    });
  return { all: true, below };
}
