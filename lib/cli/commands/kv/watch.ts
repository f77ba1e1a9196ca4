import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { formatOf, type FormatOptions } from "../../keys/format";
import { rangeOf, type RangeOptions } from "../../keys/key-range";
import { watchLasting } from "../../keys/lasting-watch";
import { print } from "../../keys/print";
import { watchJson, watchLines } from "../../keys/watch-replies";
import { wholeNumberOf } from "../../keys/whole-number";
import { oneLine } from "../../../verification";
import { withMembers } from "../../with-members";

export interface WatchKeysOptions extends AskingOptions, FormatOptions, RangeOptions {
  readonly rev?: string | undefined;
  readonly prevKv?: boolean | undefined;
}

/**
 * Until Ctrl-C, which is how a watch ends well, or until nobody reads on (`| head`).
 *
 * @returns unhealthy if nobody could confirm at the end that nothing more has happened
 */
export async function watch(
  key: string,
  rangeEnd: string | undefined,
  options: WatchKeysOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, range, startRevision } = allOf({
    format: () => formatOf(options),
    range: () => rangeOf(key, rangeEnd, options),
    startRevision: () => wholeNumberOf("--rev", options.rev),
  });
  const unread = new AbortController();
  const stop = (): void => unread.abort();
  process.stdout.once("error", stop);
  const state = { isTroubled: false };
  let printed = Promise.resolve();
  try {
    await withMembers(options, signal, (reached) =>
      watchLasting(
        reached,
        {
          range,
          startRevision: startRevision === 0n ? undefined : startRevision,
          withPrevious: options.prevKv === true,
        },
        {
          happened: (reply) => {
            const text = format === "json" ? watchJson(reply) : watchLines(reply);
            printed = printed.then(() => print(text));
            return printed;
          },
          troubled: (problem) => {
            state.isTroubled = problem !== undefined;
            process.stderr.write(
              problem === undefined
                ? "the cluster answers again; nothing was missed\n"
                : `nobody can tell what happens: ${oneLine(problem.message)}; trying on\n`,
            );
          },
        },
        AbortSignal.any([signal, unread.signal]),
      ),
    );
    await printed;
    return state.isTroubled ? EXIT.unhealthy : EXIT.ok;
  } finally {
    process.stdout.off("error", stop);
  }
}
