import { UsageError } from "../../../../lib/errors";
import { Connection, type AskOptions } from "./connection";
import type { Interruption } from "./interruption";
import type { LabProvider } from "./lab-control";
import type { Request, ResultOf } from "./protocol";
import type { LabRecord, StateFolder } from "./state-folder";

/** What every command has at hand. */
export interface Context {
  readonly provider: LabProvider;
  readonly folder: StateFolder;
  readonly interruption: Interruption;
  /** Path of the program that runs, as `bin/run.js` takes it. */
  readonly entry: string;
}

/** What a reader should know while a command is at work. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/**
 * Asks the lab's process one thing.
 * @throws {UsageError} when there is none
 */
export async function ask<R extends Request>(
  { folder, interruption: { signal } }: Context,
  request: R,
  options: AskOptions = {},
): Promise<ResultOf<R["command"]>> {
  const connection = await Connection.open(folder);
  if (connection === undefined) throw await noLab(folder);
  try {
    return await connection.ask(request, { onProgress: note, signal, ...options });
  } finally {
    connection.close();
  }
}

/** How to say that nobody listens: there was no lab, or it comes or goes at this moment, or it went without saying so. */
export async function noLab(folder: StateFolder): Promise<UsageError> {
  if (!(await folder.isFree()))
    return new UsageError("the lab's process is just starting or ending", {
      remedy: "try again in a moment",
    });
  const record = folder.readRecord();
  const remedy = "npm run lab -- up brings one up";
  if (record === undefined) return new UsageError("no lab is up", { remedy });
  return new UsageError(`no lab is up any more: ${deathOf(record, folder)}`, { remedy });
}

/** For a process that did not take its lab down in order. */
export function deathOf({ pid, startedAt }: LabRecord, { logFile }: StateFolder): string {
  return `its process ${pid}, started ${startedAt}, has died (log: ${logFile})`;
}
