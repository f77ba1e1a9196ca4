import { ExternalError } from "../../../../lib/errors";
import { Connection, LabEndedError } from "./connection";
import { deathOf, note, type Context } from "./context";

/** More than the lab's process waits for anything when it goes down. */
const DOWN_WITHIN_MS = 180_000;

/** Takes the lab down, and returns when nothing of it is left. */
export async function down(context: Context): Promise<number> {
  const said = await takeDown(context);
  process.stdout.write(`${said}\n`);
  return 0;
}

/** @returns what was ended, for people; ends in spite of Ctrl-C, which is how one comes here */
export async function takeDown({ folder }: Context): Promise<string> {
  const connection = await Connection.open(folder);
  const record = folder.readRecord();
  if (connection === undefined && (await folder.isFree())) {
    if (record === undefined) return "no lab is up";
    folder.clear();
    return `no lab is up any more: ${deathOf(record, folder)}, and the kernel has ended what it ran`;
  }
  const who = record === undefined ? "the lab's process" : `the lab's process ${record.pid}`;
  note(`taking the lab down (${who})`);
  const overdue = new ExternalError(`${who} has not ended after ${DOWN_WITHIN_MS / 1000} s`, {
    remedy: `kill -9 ${record === undefined ? "PID" : String(record.pid)} ends it, and the kernel what it runs; its log is ${folder.logFile}`,
  });
  const signal = AbortSignal.timeout(DOWN_WITHIN_MS);
  const ended = await connection
    ?.ask({ command: "down" }, { onProgress: note, signal })
    .catch((error: unknown) => {
      // It was about to end already; whether it does is seen below.
      if (error instanceof LabEndedError) return undefined;
      throw signal.aborted ? overdue : error;
    });
  if (!(await folder.isFree(DOWN_WITHIN_MS))) throw overdue;
  if (ended === undefined || ended.length === 0) return "the lab is down";
  return ["the lab is down; ended:", ...ended.map((what) => `  ${what}`)].join("\n");
}
