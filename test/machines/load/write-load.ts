import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runProgram } from "../../../lib/local/run-program";
import { unref } from "../../aws/support/background-program";
import { endGroup } from "../../support/captured-program";
import type { TlsFiles } from "./etcd-connection";
import { judge, type Verdict } from "./judge/verdict";
import { LoadLog } from "./load-log";
import type { Reading, ReadOptions } from "./read-cluster";
import type { LoadRecord, Turn } from "./records";
import { acknowledgedBetween, acknowledgedSince, longestGap, type Gap } from "./timeline";
import type { WriteOptions } from "./write-program";
import { writesIn } from "./writes";

const LOADER = join(__dirname, "..", "..", "..", "bin", "run.js");
const WRITER = join(__dirname, "write-program.ts");
const READER = join(__dirname, "read-program.ts");

/** Far above what a start or a write takes on a busy machine. */
const TIMEOUT_MS = 60_000;
const POLL_MS = 20;
/** How much the programs may take beyond the time that they are given. */
const GRACE_MS = 60_000;
const TOLD_FAILURES = 5;
const DEFAULT_CALL_TIMEOUT_MS = 2000;

export interface WriteLoadOptions {
  /** Of all members. */
  readonly endpoints: readonly string[];
  /** Absolute paths. @default - plain HTTP */
  readonly tls?: TlsFiles;
  /** What to start instead of a program, so that it runs where the endpoints are. @default - the program itself */
  readonly command?: (words: readonly string[]) => readonly string[];
  /** Where the log is kept; must not exist. */
  readonly file: string;
  /** @default 25 */
  readonly ratePerSecond?: number;
  /** After which a write counts as of unknown outcome. @default 2000 */
  readonly callTimeoutMs?: number;
}

export interface CheckOptions {
  /** Members that have to answer. @default - all */
  readonly endpoints?: readonly string[];
  /** How long members may take to answer and to catch up. @default 60000 */
  readonly timeoutMs?: number;
}

/**
 * A client that keeps writing, and knows afterwards whether the cluster still has what it acknowledged. It is a process of its own,
 * which ends with this one.
 */
export class WriteLoad {
  private readonly log: LoadLog;
  private stderr = "";

  private constructor(
    private readonly writer: ChildProcess,
    private readonly options: WriteLoadOptions,
    private readonly prefix: string,
  ) {
    this.log = new LoadLog(options.file);
    writer.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    // A command to a writer that is gone; whoever waits for what it does is told of the end.
    writer.stdin?.on("error", () => undefined);
  }

  /**
   * Resolves when the writer is about to send.
   * @throws Error with what it said when it cannot start
   */
  static async start(options: WriteLoadOptions): Promise<WriteLoad> {
    const { endpoints, tls, ratePerSecond = 25, callTimeoutMs = DEFAULT_CALL_TIMEOUT_MS } = options;
    const prefix = `/load/${randomUUID().slice(0, 8)}/`;
    const given: WriteOptions = { endpoints, tls, ratePerSecond, callTimeoutMs, prefix };
    const log = openSync(options.file, "ax");
    let writer: ChildProcess;
    try {
      const [program, args] = commandOf(options, [WRITER, JSON.stringify(given)]);
      // In a group of its own, so that one signal ends it together with what it was started through.
      writer = spawn(program, args, { stdio: ["pipe", log, "pipe"], detached: true });
    } finally {
      closeSync(log);
    }
    const failed = once(writer, "error").then(([error]) => Promise.reject(error as Error));
    const load = new WriteLoad(writer, options, prefix);
    unref(writer);
    try {
      await Promise.race([failed, load.turned("started", 0, TIMEOUT_MS)]);
      return load;
    } catch (error) {
      await load.kill();
      throw error;
    }
  }

  /** Everything until now, in the order in which it happened. */
  get records(): readonly LoadRecord[] {
    return this.log.records();
  }

  /** Where the records are kept. */
  get file(): string {
    return this.options.file;
  }

  get isRunning(): boolean {
    return this.writer.exitCode === null && this.writer.signalCode === null;
  }

  /** Waits until so many more writes are sent and acknowledged. */
  async waitForAcknowledged(count: number, timeoutMs = TIMEOUT_MS, sinceMs = Date.now()): Promise<void> {
    await this.until(
      `${count} acknowledged writes`,
      () => (acknowledgedSince(this.records, sinceMs).length >= count ? true : undefined),
      timeoutMs,
      sinceMs,
    );
  }

  /** Waits for a write that is sent after this point in time and acknowledged, and gives when it was acknowledged. */
  firstAcknowledgedAfter(timeMs: number, timeoutMs = TIMEOUT_MS): Promise<number> {
    const first = (): number | undefined => acknowledgedSince(this.records, timeMs)[0]?.outcome.atMs;
    return this.until("an acknowledged write", first, timeoutMs, timeMs);
  }

  acknowledgedBetween(fromMs: number, toMs: number): number {
    return acknowledgedBetween(this.records, fromMs, toMs);
  }

  /** The longest time without an acknowledged write in there; pauses do not count. */
  longestGap(fromMs: number, toMs: number): Gap {
    return longestGap(this.records, fromMs, toMs);
  }

  longestGapMs(fromMs: number, toMs: number): number {
    return this.longestGap(fromMs, toMs).ms;
  }

  /** Sends nothing more. Resolves when every write has its outcome. */
  pause(): Promise<void> {
    return this.turn("pause", "paused");
  }

  resume(): Promise<void> {
    return this.turn("resume", "resumed");
  }

  /** Resolves when every write has its outcome and the writer is gone. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    await this.turn("stop", "stopped");
    await this.gone();
  }

  /** Ends the writer by force, as if its machine had lost power. */
  async kill(): Promise<void> {
    endGroup(this.writer, "SIGKILL");
    await this.gone();
  }

  /**
   * Reads all that the load wrote and judges it. The load rests meanwhile and goes on afterwards.
   * @throws Error when no member can give a linearizable read in time
   */
  async check(options: CheckOptions = {}): Promise<Verdict> {
    const isToGoOn = this.isRunning && !this.isPaused;
    if (isToGoOn) await this.pause();
    try {
      return judge(this.records, await this.readBack(options));
    } finally {
      if (isToGoOn) await this.resume();
    }
  }

  private get isPaused(): boolean {
    return this.records.findLast(({ type }) => type === "paused" || type === "resumed")?.type === "paused";
  }

  private async readBack({ endpoints, timeoutMs = TIMEOUT_MS }: CheckOptions): Promise<Reading> {
    const { tls, callTimeoutMs = DEFAULT_CALL_TIMEOUT_MS } = this.options;
    const asked = endpoints ?? this.options.endpoints;
    const given: ReadOptions = { endpoints: asked, tls, callTimeoutMs, timeoutMs, prefix: this.prefix };
    const [program, args] = commandOf(this.options, [READER, JSON.stringify(given)]);
    const result = await runProgram(program, args, { timeoutMs: timeoutMs + GRACE_MS });
    if (result.failure !== undefined)
      throw new Error(`what the load wrote cannot be read: ${result.failure}\n${result.stderr}`);
    return JSON.parse(result.stdout) as Reading;
  }

  private async turn(command: string, type: Turn["type"]): Promise<void> {
    const seen = this.records.length;
    this.writer.stdin?.write(`${command}\n`);
    await this.turned(type, seen, (this.options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS) + GRACE_MS);
  }

  private async turned(type: LoadRecord["type"], seen: number, timeoutMs: number): Promise<void> {
    const turned = (): true | undefined =>
      this.records.slice(seen).some((record) => record.type === type) ? true : undefined;
    await this.until(`"${type}" in the log`, turned, timeoutMs, Date.now());
  }

  private async until<T>(
    what: string,
    look: () => T | undefined,
    timeoutMs: number,
    sinceMs: number,
  ): Promise<T> {
    const untilMs = Date.now() + timeoutMs;
    for (;;) {
      // Whether it runs is asked first: what it has logged last must not be missed.
      const isRunning = this.isRunning;
      const found = look();
      if (found !== undefined) return found;
      if (!isRunning) throw new Error(`the writer ended before ${what}: ${this.ending()}`);
      if (Date.now() > untilMs)
        throw new Error(`no ${what} within ${timeoutMs} ms:\n${this.failuresSince(sinceMs)}`);
      await sleep(POLL_MS);
    }
  }

  private ending(): string {
    const { exitCode, signalCode } = this.writer;
    return `${signalCode ?? `exit code ${String(exitCode)}`}\n${this.stderr}`;
  }

  /** The last few, each with its endpoint. */
  private failuresSince(sinceMs: number): string {
    const failures = writesIn(this.records).flatMap(({ attempt, outcome }) =>
      outcome === undefined || outcome.type === "acknowledged" || outcome.atMs < sinceMs
        ? []
        : [`${attempt.endpoint}: ${outcome.type}: ${outcome.reason}`],
    );
    return failures.length === 0 ? "no write failed either" : failures.slice(-TOLD_FAILURES).join("\n");
  }

  private async gone(): Promise<void> {
    if (!this.isRunning) return;
    this.writer.ref();
    await once(this.writer, "exit");
  }
}

function commandOf(
  { command }: WriteLoadOptions,
  [file, argument]: readonly [string, string],
): [string, string[]] {
  const words = [process.execPath, LOADER, file, argument];
  const [program = "", ...args] = command?.(words) ?? words;
  return [program, args];
}
