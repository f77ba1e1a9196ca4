/**
 * Writes at a steady rate and logs every write before it is sent, and its outcome after, to standard output: lines of JSON
 * ({@link LoadRecord}), which are in the file when `write` returns, so that ending this program by force loses none.
 *
 * Takes {@link WriteOptions} as JSON in the first argument, and `pause`, `resume` and `stop` as lines on standard input, with which
 * it ends.
 */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions } from "./etcd-connection";
import { Lane } from "./lane";
import type { LoadRecord, Turn } from "./records";
import { Rotation } from "./rotation";

export interface WriteOptions extends ConnectionOptions {
  readonly prefix: string;
  readonly endpoints: readonly string[];
  readonly ratePerSecond: number;
}

/** Every so many writes one is a link of a chain. Not a multiple of a usual number of members, so that each gets some. */
const LINK_EVERY = 5;

class Writer {
  private readonly rotation: Rotation;
  private readonly lanes: readonly Lane[];
  private readonly inFlight = new Set<Promise<void>>();
  private lastId = 0;
  private isPaused = false;

  constructor(private readonly options: WriteOptions) {
    const { endpoints, ratePerSecond, callTimeoutMs, prefix } = options;
    this.rotation = new Rotation(endpoints);
    // As many as can wait for an answer at the same time: the rate stays the same while nobody answers, so that the
    // first write after an outage is no later than the next beat.
    const count = Math.ceil((ratePerSecond * callTimeoutMs) / 1000) + 1;
    this.lanes = Array.from({ length: count }, (_, index) => new Lane(index, prefix, options));
    // Files that cannot be used are to be found out before the first write.
    endpoints.forEach((endpoint) => this.lanes[0]?.connection(endpoint));
  }

  async run(): Promise<never> {
    log({ type: "started", atMs: Date.now(), prefix: this.options.prefix });
    const beatMs = 1000 / this.options.ratePerSecond;
    let dueMs = performance.now();
    for (;;) {
      if (!this.isPaused) this.sendOne();
      // What was missed while this machine was busy is not made up for.
      dueMs = Math.max(dueMs + beatMs, performance.now());
      await sleep(dueMs - performance.now());
    }
  }

  async pause(): Promise<void> {
    this.isPaused = true;
    await this.settle("paused");
  }

  resume(): void {
    turn("resumed");
    this.isPaused = false;
  }

  async stop(): Promise<never> {
    this.isPaused = true;
    await this.settle("stopped");
    // gRPC keeps sockets open that would keep this alive.
    process.exit();
  }

  private async settle(type: Turn["type"]): Promise<void> {
    await Promise.all(this.inFlight);
    turn(type);
  }

  private sendOne(): void {
    const lane = this.lanes.find(({ isBusy }) => !isBusy);
    if (lane === undefined) return;
    const write = this.write(lane, ++this.lastId).finally(() => this.inFlight.delete(write));
    this.inFlight.add(write);
  }

  private async write(lane: Lane, id: number): Promise<void> {
    const sentMs = performance.now();
    const endpoint = this.rotation.next(sentMs);
    const attempt = lane.attempt(id, endpoint, id % LINK_EVERY === 0);
    lane.isBusy = true;
    log(attempt);
    const answer = await lane.send(attempt);
    log({ ...answer, id, atMs: Date.now() });
    lane.isBusy = false;
    const isAnswered =
      answer.type === "acknowledged" || (answer.type === "refused" && answer.found !== undefined);
    if (isAnswered) this.rotation.worked(endpoint, sentMs);
    else this.rotation.failed(endpoint, sentMs, performance.now());
  }
}

const turn = (type: Turn["type"]): void => log({ type, atMs: Date.now() });

function log(record: LoadRecord): void {
  writeFileSync(process.stdout.fd, `${JSON.stringify(record)}\n`);
}

function writerFrom(argument: string | undefined): Writer {
  try {
    return new Writer(JSON.parse(argument ?? "") as WriteOptions);
  } catch (error) {
    process.stderr.write(`the write load cannot start: ${String(error)}\n`);
    process.exit(1);
  }
}

// Node warns of every TLS connection to an IP address (DEP0123), which is how members are reached.
process.noDeprecation = true;
const writer = writerFrom(process.argv[2]);
createInterface({ input: process.stdin })
  .on("line", (command) => {
    if (command === "pause") void writer.pause();
    else if (command === "resume") writer.resume();
    else if (command === "stop") void writer.stop();
    else throw new Error(`no such command: ${command}`);
  })
  .on("close", () => process.exit());
void writer.run();
