import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { notStarted, spawnBound } from "./spawn-bound";
import { cannotStart, failureIn, refusedThere, tookTooLong, type SsmFailure } from "./ssm-failure";

/** One end of a tunnel here, the other on an instance. */
export interface TunnelRoute {
  readonly region: string;
  readonly instanceId: string;
  /** On the instance's loopback. */
  readonly remotePort: number;
  /** On this machine's loopback. */
  readonly localPort: number;
}

/**
 * The plugin's words once it listens, in both of its ways to forward.
 * @see https://github.com/aws/session-manager-plugin/tree/mainline/src/sessionmanagerplugin/session/portsession
 */
const OPENED = /Port \d+ opened for sessionId/;
/** In the same place; it goes on listening. */
const REFUSED_THERE = "Connection to destination port failed";
/** Longer ago than a call may take, it says nothing of that call. */
const REFUSAL_COUNTS_MS = 10_000;

/** Far more than it prints until it is open; later it says little. */
const MAX_OUTPUT_CHARACTERS = 10_000;
/** The plugin tells the service that the session ends; nobody waits longer for that. */
const END_MS = 3000;

/**
 * One run of `aws ssm start-session` with its plugin below it, in a process group of their own: the CLI leaves signals to the plugin,
 * so that ending the CLI alone would leave the tunnel behind. The group ends with this process too.
 */
export class SsmTunnel {
  /** Settles when it is gone, whoever ended it. */
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private readonly settled: Promise<void>;
  private settle: () => void = () => undefined;
  private failed: SsmFailure | undefined;
  private refusedAt: number | undefined;
  private output = "";

  constructor({ region, instanceId, remotePort, localPort }: TunnelRoute) {
    this.settled = new Promise((resolve) => (this.settle = resolve));
    const ports = `portNumber=${remotePort},localPortNumber=${localPort}`;
    const session = ["--target", instanceId, "--document-name", "AWS-StartPortForwardingSession"];
    this.child = spawnBound(
      ["aws", "ssm", "start-session", "--region", region, ...session, "--parameters", ports],
      // Where `localhost` is ::1 first, it would listen there.
      { ...process.env, SSM_PLUGIN_LOCAL_HOST: "127.0.0.1" },
    );
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => this.read(text));
    this.child.once("error", ({ code }: NodeJS.ErrnoException) => this.fail(cannotStart(code)));
    // A plugin that outlives the CLI would hold on to the port, and to the output.
    this.child.once("exit", (exitCode) => {
      const code = notStarted(exitCode);
      if (code !== undefined) this.fail(cannotStart(code));
      this.kill();
    });
    this.child.once("close", () => this.fail(failureIn(this.output)));
    this.ended = once(this.child, "close").then(
      () => undefined,
      () => undefined,
    );
  }

  /** Why it cannot be used now; undefined while it is open. */
  get failure(): SsmFailure | undefined {
    const isRefused = performance.now() - (this.refusedAt ?? -Infinity) < REFUSAL_COUNTS_MS;
    return this.failed ?? (isRefused ? refusedThere : undefined);
  }

  /**
   * Waits until it is open or cannot be opened; at the deadline it is ended.
   *
   * @returns why it is not open
   */
  async opened(deadlineMs: number): Promise<SsmFailure | undefined> {
    const timer = setTimeout(() => {
      this.fail(tookTooLong(deadlineMs));
      void this.end();
    }, deadlineMs);
    await this.settled;
    clearTimeout(timer);
    return this.failed;
  }

  /** Interrupts it as Ctrl-C does, on which the plugin ends the session, and kills what is left. */
  async end(): Promise<void> {
    this.signal("SIGINT");
    await Promise.race([this.ended, sleep(END_MS, undefined, { ref: false })]);
    this.kill();
  }

  /** At once: for the end of this process. */
  kill(): void {
    this.signal("SIGKILL");
  }

  private read(text: string): void {
    this.output = (this.output + text).slice(-MAX_OUTPUT_CHARACTERS);
    if (text.includes(REFUSED_THERE)) this.refusedAt = performance.now();
    if (OPENED.test(this.output)) this.settle();
  }

  /** The first reason stays: what follows comes of it. */
  private fail(failure: SsmFailure): void {
    this.failed ??= failure;
    this.settle();
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // All of the group have ended.
    }
  }
}
