import type { ChildProcess } from "node:child_process";
import { EXIT } from "../../../../lib/cli/exit-codes";

/** npm passes on what the terminal has sent to all already; a person takes longer for the second Ctrl-C. */
const IMPATIENT_MS = 1_000;

/** Ctrl-C and its like: the first asks the command to end in order, a later one ends it. */
export class Interruption {
  private readonly controller = new AbortController();
  private firstAtMs: number | undefined;
  private child: ChildProcess | undefined;

  constructor() {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => this.take(name));
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** From now on it is for that program to say what Ctrl-C means; the terminal sends it to both. */
  leaveTo(child: ChildProcess): void {
    this.child = child;
  }

  private take(name: "SIGINT" | "SIGTERM" | "SIGHUP"): void {
    if (this.child !== undefined) {
      if (name !== "SIGINT") this.child.kill(name);
      return;
    }
    if (this.firstAtMs !== undefined && performance.now() - this.firstAtMs > IMPATIENT_MS)
      process.exit(EXIT.interrupted);
    this.firstAtMs ??= performance.now();
    this.controller.abort();
  }
}
