import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { UsageError } from "../../errors";

/** What is passed on: all that a person or a service manager sends to a program. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
/** What a terminal sends to everything in its foreground by itself: once is enough. */
const OF_TERMINAL: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
/** After these nobody should begin to talk to it any more. */
const ENDING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];

/** A program of the user's that has our terminal, and gets our signals for as long as it runs. */
export class RunningCommand {
  /** What a shell would say that it exited with: 128 and the number of the signal that ended it. */
  readonly exit: Promise<number>;
  private readonly restore: () => void;

  private constructor(child: ChildProcess, onEnding: () => void) {
    this.restore = takeOverSignals((name) => {
      if (ENDING.includes(name)) onEnding();
      if (!(hasTerminal() && OF_TERMINAL.includes(name))) child.kill(name);
    });
    const killed = (): void => {
      child.kill("SIGKILL");
    };
    process.once("exit", killed);
    this.exit = once(child, "exit").then(([code, signal]: unknown[]) => {
      process.off("exit", killed);
      this.restore();
      return typeof code === "number" ? code : 128 + constants.signals[signal as NodeJS.Signals];
    });
  }

  /**
   * @param onEnding called when it is told to end
   * @throws UsageError for what cannot be run
   */
  static async start(words: readonly string[], onEnding: () => void): Promise<RunningCommand> {
    const [program = "", ...args] = words;
    const child = spawn(program, args, { stdio: "inherit" });
    // Before it runs, so that no signal is missed.
    const running = new RunningCommand(child, onEnding);
    running.exit.catch(() => undefined);
    try {
      await once(child, "spawn");
      return running;
    } catch (error) {
      running.restore();
      throw new UsageError(`cannot run ${program}: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** Replaces whoever else listens to them: what they mean is for the program that runs. */
function takeOverSignals(listener: (name: NodeJS.Signals) => void): () => void {
  const before = SIGNALS.map((name) => ({ name, listeners: process.listeners(name) }));
  for (const { name } of before) {
    process.removeAllListeners(name);
    process.on(name, listener);
  }
  return () => {
    for (const { name, listeners } of before) {
      process.off(name, listener);
      for (const each of listeners) if (!process.listeners(name).includes(each)) process.on(name, each);
    }
  };
}

/** Only of the terminal's foreground: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap11.html#tag_11_01_09 */
const hasTerminal = (): boolean =>
  [process.stdin, process.stdout, process.stderr].some(
    ({ isTTY }) => (isTTY as boolean | undefined) === true,
  );

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such program",
  EACCES: "permission denied",
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return REASONS[(error as NodeJS.ErrnoException).code ?? ""] ?? error.message;
}
