import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { unref } from "../../aws/support/background-program";
import type { NetworkNamespace } from "../../aws/support/network-namespace";
import type { Answer, Command } from "./protocol";

const LOADER = join(__dirname, "..", "..", "..", "bin", "run.js");
const PROGRAM = join(__dirname, "ec2-services-program.ts");

/** The program in the namespace, with which it ends. */
export class ProgramSession {
  private readonly answers: AsyncIterator<string>;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(private readonly child: ChildProcess) {
    this.answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    // What could not be written to it any more shows in the missing answer.
    child.stdin!.on("error", () => undefined);
    unref(child);
  }

  static start(namespace: NetworkNamespace): ProgramSession {
    const [file, ...args] = namespace.command([process.execPath, LOADER, PROGRAM], __dirname);
    return new ProgramSession(spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] }));
  }

  /**
   * Answers come in the order of the commands.
   * @throws Error with the program's own words
   */
  ask(command: Command): Promise<Extract<Answer, { ok: true }>> {
    const answer = this.last.then(() => this.exchange(command));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async end(): Promise<void> {
    if (this.hasEnded) return;
    this.child.ref();
    const exit = once(this.child, "exit");
    this.child.stdin!.end();
    await exit;
  }

  private async exchange(command: Command): Promise<Extract<Answer, { ok: true }>> {
    const stdout = this.child.stdout as Socket;
    // This process must not end while it waits.
    stdout.ref();
    this.child.stdin!.write(`${JSON.stringify(command)}\n`);
    const line = await this.answers.next();
    stdout.unref();
    if (line.done === true) throw new Error(`EC2's services ended before they answered "${command.kind}"`);
    const answer = JSON.parse(line.value) as Answer;
    if (!answer.ok) throw new Error(`EC2's services cannot do "${command.kind}": ${answer.message}`);
    return answer;
  }
}
