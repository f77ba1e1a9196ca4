import { CommanderError } from "commander";
import { EXIT } from "./exit-codes";
import { guardOutput } from "./output";
import { reportError } from "./report-error";

/** A command's work; what it resolves to is what the process exits with: one of ours, or that of the program it ran. */
export type Run = (signal: AbortSignal) => Promise<number>;

/** Runs a command's body and keeps its exit code. */
export type Finish = (run: Run) => Promise<void>;

/**
 * Runs the CLI and ends the process: etcd3 leaves sockets and timers behind that would keep it alive for minutes.
 */
export async function main(argv: readonly string[]): Promise<never> {
  // Node warns of every TLS connection to an IP address (DEP0123), which is how gRPC reaches members by address.
  process.noDeprecation = true;
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Not `once`: signal-exit, which execa uses, ends a process by a signal that nobody listens to any more.
    process.on(name, () =>
      interruption.signal.aborted ? process.exit(EXIT.interrupted) : interruption.abort(),
    );
  }
  const written = [process.stdout, process.stderr].map(guardOutput);
  const code = await exitCode(argv, interruption.signal);
  const outcome = await Promise.all(written.map((all) => all())).then(() => code, reportError);
  process.exit(outcome);
}

/** Parses `argv` and runs the command; every failure is reported here. */
export async function exitCode(argv: readonly string[], signal: AbortSignal): Promise<number> {
  let result: number = EXIT.ok;
  const finish = async (run: Run): Promise<void> => {
    result = await run(signal);
  };
  try {
    const { program } = await import("./program.js");
    await program(finish).parseAsync([...argv], { from: "user" });
    return result;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const code = reportError(error);
    return signal.aborted ? EXIT.interrupted : code;
  }
}
