import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { packageRoot } from "../../../../lib/package-root";
import type { Order, Told } from "./protocol";

/** For what is expected to happen, however busy the machine is. */
const patienceMs = 30_000;

// One that is frozen does not see the end of its orders.
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

interface Waiter {
  readonly isIt: (told: Told) => boolean;
  readonly found: (told: Told) => void;
}

/** An actor (actor.ts) of one's own: gives it orders, and keeps all that it tells. */
export class ActorProcess {
  readonly told: Told[] = [];
  private readonly waiters = new Set<Waiter>();
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private complaints = "";

  constructor() {
    const root = packageRoot();
    const program = [join(root, "bin", "run.js"), join(__dirname, "actor.ts")];
    this.child = spawn(process.execPath, program, { stdio: ["pipe", "pipe", "pipe"] });
    running.add(this.child);
    this.child.once("exit", () => running.delete(this.child));
    this.child.stderr.on("data", (chunk: Buffer) => (this.complaints += chunk.toString()));
    // It may have been killed meanwhile.
    this.child.stdin.on("error", () => undefined);
    createInterface({ input: this.child.stdout }).on("line", (line) => this.hear(JSON.parse(line) as Told));
  }

  order(order: Order): void {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  /** Gives an order and waits for what tells that it is done. */
  async have(order: Order, done: Told["what"]): Promise<Told> {
    const from = this.told.length;
    this.order(order);
    const isIt = ({ as, what }: Told): boolean => as === order.as && (what === done || what === "failed");
    const told = await this.until(isIt, `${done} of ${order.as}`, from);
    if (told.what === "failed") throw new Error(`${order.do} ${order.as}: ${told.message}`);
    return told;
  }

  /** The first that fits, of what was told from `from` on and of what is told yet. */
  until(isIt: (told: Told) => boolean, inWords: string, from = 0): Promise<Told> {
    const found = this.told.slice(from).find(isIt);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const late = (): void => {
        this.waiters.delete(waiter);
        const last = this.told.slice(-5).map((told) => JSON.stringify(told));
        reject(new Error(`not told in ${patienceMs} ms: ${inWords}\n${last.join("\n")}\n${this.complaints}`));
      };
      const timer = setTimeout(late, patienceMs);
      const waiter: Waiter = {
        isIt,
        found: (told) => {
          clearTimeout(timer);
          resolve(told);
        },
      };
      this.waiters.add(waiter);
    });
  }

  freeze(): void {
    this.child.kill("SIGSTOP");
  }

  thaw(): void {
    this.child.kill("SIGCONT");
  }

  /** @returns how it ended */
  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<NodeJS.Signals | number | null> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill(signal);
      await gone;
    }
    return child.signalCode ?? child.exitCode;
  }

  private hear(told: Told): void {
    this.told.push(told);
    for (const waiter of [...this.waiters]) {
      if (!waiter.isIt(told)) continue;
      this.waiters.delete(waiter);
      waiter.found(told);
    }
  }
}
