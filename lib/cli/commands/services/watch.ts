import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { oneOf } from "../../one-of";
import { follow } from "../../services/follow";
import { layoutOf, type LayoutOptions } from "../../services/layout-options";
import { screenOf } from "../../services/screens";
import { refuseNames, selectionOf } from "../../services/selection";
import { withRegistry } from "../../services/with-registry";

export interface WatchOptions extends AskingOptions, LayoutOptions {
  readonly below?: string | undefined;
  readonly output: string;
}

/**
 * Until Ctrl-C, which is how a watch ends well, or until nobody reads on (`| head`).
 *
 * @returns unhealthy if what was shown last was stale
 */
export async function watch(
  services: readonly string[],
  options: WatchOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, layout, selection } = allOf({
    format: () => oneOf("--output", options.output, ["table", "json"] as const),
    layout: () => layoutOf(options),
    selection: () => selectionOf(services, options.below),
  });
  refuseNames(services, options.below, layout);
  const unread = new AbortController();
  const stop = (): void => unread.abort();
  process.stdout.once("error", stop);
  try {
    return await withRegistry(options, layout, signal, async (registry) => {
      const discovery = registry.discover(selection);
      const screen = screenOf(format, discovery);
      try {
        const last = await follow(discovery, screen, AbortSignal.any([signal, unread.signal]));
        return last.isStale ? EXIT.unhealthy : EXIT.ok;
      } finally {
        screen.end();
      }
    });
  } finally {
    process.stdout.off("error", stop);
  }
}
