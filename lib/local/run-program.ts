import { ExternalError } from "../errors";

/** What a finished program left behind; a program that could not be started has no exit code. */
export interface ProgramResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** One line saying why it did not end with 0; undefined when it did. */
  readonly failure: string | undefined;
}

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; nothing is inherited. @default - the caller's */
  readonly env?: NodeJS.ProcessEnv;
  /** @default 600000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end without a shell and without a terminal.
 * @throws ExternalError when the signal ended it; any other ending is part of the result
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramResult> {
  const { execa } = await import("execa");
  const timeoutMs = options.timeoutMs ?? 600_000;
  const result = await execa(file, args, {
    reject: false,
    stdin: "ignore",
    timeout: timeoutMs,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env, extendEnv: false }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  if (result.isCanceled) throw new ExternalError(`interrupted while running ${file}`);
  return {
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    failure: describeFailure(),
  };

  function describeFailure(): string | undefined {
    if (!result.failed) return undefined;
    if (result.timedOut) return `no end after ${timeoutMs / 1000} s`;
    const lastWords = lastLine(result.stderr) ?? lastLine(result.stdout);
    const words = lastWords === undefined ? "" : `: ${lastWords}`;
    if (result.signal !== undefined) return `ended by ${result.signal}${words}`;
    if (result.exitCode === undefined) return startFailure(result.code);
    return `exit code ${result.exitCode}${words}`;
  }
}

function startFailure(code: string | undefined): string {
  switch (code) {
    case "ENOENT":
      return "no such program (or the loader or library that it needs is missing)";
    case "EACCES":
      return "not executable (permission denied)";
    case "ENOEXEC":
      return "not a program for this machine (exec format error)";
    default:
      return `could not be started (${code ?? "unknown reason"})`;
  }
}

function lastLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .at(-1);
}
