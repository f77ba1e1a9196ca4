import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { unref } from "./background-program";

const PROGRAM = join(__dirname, "aws-calls.py");

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** One request, in boto3's words, e.g. `{ service: "s3", operation: "get_object", parameters: {...} }`. */
export interface AwsCall {
  readonly service: string;
  readonly operation: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** @default - the environment's */
  readonly credentials?: Credentials;
}

/** The content of an object is text. */
export type AwsAnswer =
  | { readonly ok: true; readonly response: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** A boto3 that stays, because its start takes half a second and a request a hundredth. */
export class BotoSession {
  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private last: Promise<unknown> = Promise.resolve();

  /** @param command starts the program that it is given in the right place */
  constructor(
    python: string,
    region: string,
    env: NodeJS.ProcessEnv,
    command: (words: readonly string[]) => readonly [string, ...string[]],
  ) {
    const [program, ...args] = command([python, PROGRAM, region]);
    this.child = spawn(program, args, { env, stdio: ["pipe", "pipe", "inherit"] });
    const lines: Interface = createInterface({ input: this.child.stdout! });
    this.answers = lines[Symbol.asyncIterator]();
    unref(this.child);
  }

  /** Answers come in the order of the requests. */
  call(call: AwsCall): Promise<AwsAnswer> {
    const answer = this.last.then(() => this.ask(call));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  private async ask(call: AwsCall): Promise<AwsAnswer> {
    const stdout = this.child.stdout as Socket;
    // This process must not end while it waits.
    stdout.ref();
    this.child.stdin!.write(`${JSON.stringify(call)}\n`);
    const line = await this.answers.next();
    stdout.unref();
    if (line.done === true) throw new Error(`boto3 ended while it was asked for ${call.operation}`);
    return JSON.parse(line.value) as AwsAnswer;
  }
}
