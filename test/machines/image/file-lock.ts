import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { firstLine } from "../../aws/support/background-program";

/**
 * One process after the other, also when one of them is killed: flock(1) holds the lock for as long as somebody holds its standard
 * input open.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const holder = spawn("flock", [file, "sh", "-c", "echo held; exec cat"], {
    // Out of reach of Ctrl-C, which ends the work first.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  await firstLine(holder);
  try {
    return await work();
  } finally {
    const exit = once(holder, "exit");
    holder.stdin.end();
    await exit;
  }
}
