import type { Layout, Selection } from "../../discovery";
import { UsageError } from "../../errors";
import { allOf } from "../all-of";

/** @throws UsageError when names and `--below` both say which services */
export function selectionOf(services: readonly string[], below: string | undefined): Selection {
  if (below === undefined) return services.length === 0 ? { all: true } : [...new Set(services)];
  if (services.length > 0)
    throw new UsageError(`${services.join(", ")} and --below ${below} each say which services`, {
      remedy: "Give one of them.",
    });
  return { all: true, below };
}

/**
 * The library refuses the same, and advises what only a program can do.
 *
 * @throws UsageError for all names that are none, or cannot be in the layout
 */
export function refuseNames(services: readonly string[], below: string | undefined, layout: Layout): void {
  const names = below === undefined ? services : [below.replace(/\/$/, "")];
  try {
    allOf(Object.fromEntries(names.map((name) => [name, () => layout.keyOf(name, "instance")])));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const remedy =
      below === undefined
        ? "A service is named like user-srv/login; `cdktf-etcd services list` prints all there are."
        : "For all services there are, leave out --below.";
    throw new UsageError(error.message, { remedy, cause: error });
  }
}
