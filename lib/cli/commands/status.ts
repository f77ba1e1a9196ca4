import { UsageError } from "../../errors";
import {
  renderStatusJson,
  renderStatusTable,
  status as askStatus,
  watchStatus,
  type AskOptions,
  type EndpointStatus,
} from "../../verification";
import { asking, type AskingOptions } from "../asking";
import { durationMs } from "../duration";
import { EXIT, type ExitCode } from "../exit-codes";
import { Live } from "../live";
import { oneOf } from "../one-of";
import { terminalOf } from "../terminal";

export interface StatusOptions extends AskingOptions {
  readonly output?: string | undefined;
  /** `true` without an interval. */
  readonly watch?: string | true | undefined;
}

const FORMATS = ["table", "json"] as const;
type StatusFormat = (typeof FORMATS)[number];

const INTERVAL = "2s";
/** More often would be a load of its own; beyond 2^31 ms Node's timers fire at once. */
const INTERVAL_MS = { least: 100, most: 24 * 60 * 60 * 1000 } as const;

/** One look at every endpoint, or one after another; like etcdctl, it fails when one did not answer. */
export async function status(options: StatusOptions, signal: AbortSignal): Promise<ExitCode> {
  const format = oneOf("--output", options.output ?? FORMATS[0], FORMATS);
  const intervalMs = intervalOf(options);
  const rows = await asking(options, signal, (ask) =>
    intervalMs === undefined ? once(ask, format) : watch(ask, format, intervalMs),
  );
  return rows.every(({ status: answer }) => answer !== undefined) ? EXIT.ok : EXIT.unhealthy;
}

/** @returns undefined: looks once */
function intervalOf({ watch: interval }: StatusOptions): number | undefined {
  if (interval === undefined) return undefined;
  const intervalMs = durationMs("--watch", interval === true ? INTERVAL : interval);
  if (intervalMs < INTERVAL_MS.least || intervalMs > INTERVAL_MS.most)
    throw new UsageError(`--watch must be from 100ms to 24h, got "${String(interval)}"`);
  return intervalMs;
}

async function once(ask: AskOptions, format: StatusFormat): Promise<readonly EndpointStatus[]> {
  const rows = await askStatus(ask);
  process.stdout.write(`${format === "json" ? renderStatusJson(rows) : table(rows)}\n`);
  return rows;
}

/**
 * Until Ctrl-C, which is how a watch ends well, or until nobody reads on (`| head`).
 *
 * @returns the rows of the last round
 */
async function watch(
  ask: AskOptions,
  format: StatusFormat,
  intervalMs: number,
): Promise<readonly EndpointStatus[]> {
  let last: readonly EndpointStatus[] | undefined;
  const unread = new AbortController();
  const stop = (): void => unread.abort();
  process.stdout.once("error", stop);
  const signal = AbortSignal.any([unread.signal, ...(ask.signal === undefined ? [] : [ask.signal])]);
  const show = painter(format, intervalMs);
  try {
    return await watchStatus({
      ...ask,
      signal,
      intervalMs,
      onRound: (rows) => {
        last = rows;
        show.round(rows);
      },
    });
  } catch (error) {
    if (last === undefined || !signal.aborted) throw error;
    return last;
  } finally {
    show.end();
    process.stdout.off("error", stop);
  }
}

interface Painter {
  readonly round: (rows: readonly EndpointStatus[]) => void;
  readonly end: () => void;
}

function painter(format: StatusFormat, intervalMs: number): Painter {
  const write = (text: string): boolean => process.stdout.write(`${text}\n`);
  const end = (): void => undefined;
  if (format === "json") return { round: (rows) => write(jsonLine(rows)), end };
  if (!terminalOf(process.stdout).canRedraw)
    return { round: (rows) => write(`${new Date().toISOString()}\n${table(rows)}`), end };
  const live = new Live(process.stdout);
  return {
    round: (rows) => {
      const time = new Date().toLocaleTimeString("en-GB");
      live.draw([`every ${intervalMs / 1000}s, last at ${time}; Ctrl-C ends it`, ...table(rows).split("\n")]);
    },
    end: () => live.end(),
  };
}

/** One line, for a program that reads line by line. */
function jsonLine(rows: readonly EndpointStatus[]): string {
  const round = JSON.parse(renderStatusJson(rows)) as Record<string, unknown>;
  return JSON.stringify({ askedAt: new Date().toISOString(), ...round });
}

function table(rows: readonly EndpointStatus[]): string {
  return renderStatusTable(rows, { columns: terminalOf(process.stdout).columns });
}
