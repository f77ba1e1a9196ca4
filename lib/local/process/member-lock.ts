import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { ExternalError } from "../../errors";
import type { MemberFolder } from "./member-folder";
import { startTimeOf } from "./process-identity";

/**
 * One start or stop of a member at a time: two at once would each take the other's etcd for a foreign one, and the one that
 * fails would clean up after the one that works.
 * @throws ExternalError when another process is at it
 */
export async function withMemberLock<T>(folder: MemberFolder, work: () => Promise<T>): Promise<T> {
  await mkdir(folder.path, { recursive: true });
  takeLock(folder);
  try {
    return await work();
  } finally {
    rmSync(folder.lockFile, { force: true });
  }
}

function takeLock(folder: MemberFolder): void {
  const mine = `${folder.lockFile}.${process.pid}`;
  try {
    writeFileSync(mine, `${process.pid} ${startTimeOf(process.pid)}\n`);
    for (let attempt = 0; ; attempt += 1) {
      try {
        // link(2) fails when the name is taken and, unlike open(2) with O_EXCL, never shows an empty lock.
        linkSync(mine, folder.lockFile);
        return;
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
        const holder = readHolder(folder.lockFile);
        if (holder !== undefined && startTimeOf(holder.pid) === holder.startTime) {
          throw new ExternalError(
            `process ${holder.pid} is starting or stopping this member (${folder.lockFile})`,
            {
              remedy: "Wait until it has finished, then try again.",
            },
          );
        }
        if (attempt === 3) throw new ExternalError(`${folder.lockFile} cannot be taken`);
        rmSync(folder.lockFile, { force: true });
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function readHolder(lockFile: string): { pid: number; startTime: string } | undefined {
  try {
    const match = /^(\d+) (\S.*)$/m.exec(readFileSync(lockFile, "utf8"));
    return match === null ? undefined : { pid: Number(match[1]), startTime: match[2]! };
  } catch {
    return undefined;
  }
}
