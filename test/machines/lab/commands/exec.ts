import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { ExternalError } from "../../../../lib/errors";
import { ask, type Context } from "./context";

const LOGIN_SHELL = ["/bin/bash", "--login"] as const;

/** Nothing of this machine's environment but the kind of terminal. */
const ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LANG: "C.UTF-8",
};

/** Runs a program in a machine, with this terminal; what it ends with is what this ends with, as a shell says it. */
export async function exec(machine: string, command: readonly string[], context: Context): Promise<number> {
  // The shell and npm both let "--" through to here.
  const asked = command[0] === "--" ? command.slice(1) : command;
  const [file = "", ...args] = await ask(context, {
    command: "exec",
    machine,
    words: [...(asked.length === 0 ? LOGIN_SHELL : asked)],
  });
  const terminal = process.env["TERM"];
  const env = terminal === undefined ? ENVIRONMENT : { ...ENVIRONMENT, TERM: terminal };
  const child = spawn(file, args, { stdio: "inherit", env });
  context.interruption.leaveTo(child);
  const [code, signal] = (await once(child, "exit").catch((error: unknown) => {
    throw new ExternalError(
      `cannot start ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
  })) as [number | null, NodeJS.Signals | null];
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal];
}
