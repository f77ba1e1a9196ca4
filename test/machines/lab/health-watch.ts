import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "../../../lib/package-root";
import { unref } from "../../aws/support/background-program";
import type { NetworkNamespace } from "../../aws/support/network-namespace";

// Not __dirname, which in a program that the loader has bundled is the loader's cache.
const LOADER = join(packageRoot(), "bin", "run.js");
const PROGRAM = join(packageRoot(), "test", "machines", "lab", "health-watch-program.ts");

const POLL_MS = 20;

export interface TlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface HealthQuestion {
  readonly endpoints: readonly string[];
  /** Absolute paths. */
  readonly tls: TlsFiles;
}

export interface HealthAnswer {
  readonly endpoint: string;
  readonly isHealthy: boolean;
  /** Empty when it is healthy. */
  readonly reason: string;
  readonly atMs: number;
}

/** What each member says of its health, to a tenth of a second: when it went, when it came back. */
export class HealthWatch {
  private readonly answers: HealthAnswer[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly endpoints: readonly string[],
  ) {}

  /** Ends with the namespace, or with this process. */
  static start(namespace: NetworkNamespace, question: HealthQuestion): HealthWatch {
    const words = [process.execPath, LOADER, PROGRAM, JSON.stringify(question)];
    const [file, ...args] = namespace.command(words, "/");
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
    const watch = new HealthWatch(child, question.endpoints);
    createInterface({ input: child.stdout }).on("line", (line) => {
      watch.answers.push(JSON.parse(line) as HealthAnswer);
    });
    unref(child);
    return watch;
  }

  last(endpoint: string): HealthAnswer | undefined {
    return this.answers.findLast((answer) => answer.endpoint === endpoint);
  }

  /**
   * Waits until these endpoints are healthy, all at the same time, and gives when the last of them said so.
   * @throws Error with what each said last
   */
  healthy(endpoints: readonly string[], timeoutMs = 120_000): Promise<number> {
    return this.until(endpoints, true, timeoutMs);
  }

  /** The same for endpoints that are not, or do not answer. */
  unhealthy(endpoints: readonly string[], timeoutMs = 60_000): Promise<number> {
    return this.until(endpoints, false, timeoutMs);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.ref();
    const exit = once(this.child, "exit");
    this.child.stdin?.end();
    await exit;
  }

  private async until(endpoints: readonly string[], isHealthy: boolean, timeoutMs: number): Promise<number> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const answers = endpoints.map((endpoint) => this.last(endpoint));
      if (answers.every((answer) => answer?.isHealthy === isHealthy))
        return Math.max(...answers.map((answer) => answer?.atMs ?? 0));
      if (Date.now() > until) break;
      await sleep(POLL_MS);
    }
    const said = endpoints.map((endpoint) => `${endpoint}: ${this.describe(endpoint)}`);
    const wanted = isHealthy ? "healthy" : "unhealthy";
    throw new Error(`not all ${wanted} after ${timeoutMs / 1000} s:\n${said.join("\n")}`);
  }

  private describe(endpoint: string): string {
    const answer = this.last(endpoint);
    if (answer === undefined) return "not asked yet";
    return answer.isHealthy ? "healthy" : answer.reason;
  }
}
