import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ExternalError } from "../../../../lib/errors";
import { packageRoot } from "../../../../lib/package-root";
import { Connection } from "./connection";
import type { LabProvider } from "./lab-control";
import { LabKeeper } from "./lab-keeper";
import { LabServer } from "./server";
import { LOCKED_EXIT_CODE, type StateFolder } from "./state-folder";

/** How often a process that starts is looked at. */
const LOOK_MS = 50;
/** An `up` asks for its lab at once; without one, nobody would ever end this process. */
const ASKED_WITHIN_MS = 60_000;
const LAST_WORDS_LINES = 20;

/** The command, hidden from people, with which a program of the lab becomes the lab's process. */
export const SERVE = "serve";

/**
 * Starts the lab's process, in a session of its own so that it survives the terminal, and connects to it.
 * @returns undefined when another process holds the lab
 * @throws {ExternalError} with its last words when it does not start
 */
export async function startBackground(folder: StateFolder, entry: string): Promise<Connection | undefined> {
  const log = join(folder.path, `starting-${process.pid}.log`);
  const loader = join(packageRoot(), "bin", "run.js");
  const [file, ...args] = folder.locked([process.execPath, loader, entry, SERVE, log]);
  const output = openSync(log, "w");
  const child = spawn(file, args, { cwd: folder.path, detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  await once(child, "spawn").catch((error: unknown) => {
    throw new ExternalError(`the lab's process cannot be started: ${String(error)}`, {
      remedy: "flock is in the package util-linux",
    });
  });
  child.unref();
  for (;;) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    const connection = hasEnded ? undefined : await Connection.open(folder);
    if (connection !== undefined) return connection;
    if (hasEnded) break;
    await sleep(LOOK_MS);
  }
  const words = readFileSync(log, "utf8").trimEnd().split("\n").slice(-LAST_WORDS_LINES).join("\n");
  rmSync(log, { force: true });
  if (child.exitCode === LOCKED_EXIT_CODE) return undefined;
  const ending = child.signalCode ?? `exit code ${String(child.exitCode)}`;
  throw new ExternalError(`the lab's process ended before it was ready (${ending}):\n${words}`);
}

/** What the lab's process does; whoever calls this holds the lab's lock. */
export async function serve(provider: LabProvider, folder: StateFolder, log: string): Promise<never> {
  // Not before: it may have been another lab's.
  folder.rotateLog();
  renameSync(log, folder.logFile);
  folder.clear();
  folder.writeRecord({ pid: process.pid, startedAt: new Date().toISOString() });
  const keeper = new LabKeeper(provider, say);
  let exitCode = 0;
  const end = (reason: string, code: number): void => {
    say(reason);
    exitCode = code;
    keeper.down().catch((error: unknown) => say(String(error)));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => end(name, 0));
  process.on("uncaughtException", (error) => end(error.stack ?? error.message, 1));
  const server = await LabServer.listen(folder.socketFile, (...asked) => keeper.handle(...asked), say);
  setTimeout(() => keeper.isAsked || end("nobody asked for a lab", 0), ASKED_WITHIN_MS).unref();
  await keeper.ended();
  // The answer to who asked for the end is written by now.
  await sleep(0);
  await server.close();
  folder.clear();
  say("the lab is down");
  process.exit(exitCode);
}

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
