import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { unref } from "../../aws/support/background-program";
import type { NetworkNamespace } from "../../aws/support/network-namespace";

/** It ends with its standard input, as everything does that the tests start. */
const SERVE = `
exec 3<&0
{ cat >/dev/null; kill "$$"; } <&3 >/dev/null 2>&1 3<&- &
exec dnsmasq --keep-in-foreground --log-facility=- --conf-file=/dev/stdin 2>&1 3<&- <<CONFIG
$1
CONFIG
`;

/** Enough for the DHCP of a few machines. */
const LOG_LINES = 200;

/** dnsmasq in a namespace, with which it ends. */
export class NameServer {
  private program: ChildProcess | undefined;
  private config = "";
  private lines: string[] = [];

  constructor(private readonly namespace: NetworkNamespace) {}

  /** The last of what it said, of DHCP above all. */
  get log(): string {
    return this.lines.join("\n");
  }

  /**
   * Answers from this configuration from now on. What is as it was goes on without an interruption.
   * @throws Error with dnsmasq's words when it does not take it
   */
  async serve(config: string): Promise<void> {
    if (this.isRunning && config === this.config) return;
    await this.stop();
    const [file, ...args] = this.namespace.command(["/bin/sh", "-euc", SERVE, "sh", config], "/");
    const program = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.program = program;
    this.config = config;
    await this.started(program);
    unref(program);
  }

  async stop(): Promise<void> {
    const { program } = this;
    if (program === undefined || !this.isRunning) return;
    program.ref();
    const exit = once(program, "exit");
    program.stdin?.end();
    await exit;
  }

  private get isRunning(): boolean {
    return this.program?.exitCode === null && this.program.signalCode === null;
  }

  private started(program: ChildProcess): Promise<void> {
    this.lines = [];
    return new Promise((resolve, reject) => {
      program.once("error", reject);
      program.once("exit", (code) => {
        program.stdin?.end();
        reject(new Error(`dnsmasq ended with ${String(code)}:\n${this.log}`));
      });
      let rest = "";
      for (const stream of [program.stdout, program.stderr])
        stream?.setEncoding("utf8").on("data", (text: string) => {
          const lines = (rest + text).split("\n");
          rest = lines.pop() ?? "";
          this.lines = [...this.lines, ...lines].slice(-LOG_LINES);
          if (lines.some((line) => / started, /.test(line))) resolve();
        });
    });
  }
}
