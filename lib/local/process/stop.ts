import { existsSync, readdirSync, rmSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ExternalError } from "../../errors";
import type { MemberFolder } from "./member-folder";
import { withMemberLock } from "./member-lock";
import { isRunning, readRecord, removeRecord, type ProcessRecord } from "./record";

/** etcd hands over its leadership and closes its files on SIGTERM: a second or two; more only with a slow disk. */
const TERM_TIMEOUT_MS = 15_000;
const KILL_TIMEOUT_MS = 5_000;
const POLL_MS = 25;

export interface StopResult {
  /** `killed`: it did not end when asked to. `not-running`: there was nothing to stop. */
  readonly outcome: "stopped" | "killed" | "not-running";
  readonly pid: number | undefined;
  /** What is kept; undefined when the member has no data. */
  readonly data: { readonly path: string; readonly bytes: number } | undefined;
  /** One sentence for a person. */
  readonly message: string;
}

export interface StopOptions {
  readonly folder: MemberFolder;
  readonly memberName: string;
  /** Before SIGKILL. @default 15000 */
  readonly timeoutMs?: number;
}

/**
 * Stops the recorded process of a member and nothing else; its data and its log stay.
 * @throws ExternalError when it cannot know which process that is, or may not stop it
 */
export async function stopMember(options: StopOptions): Promise<StopResult> {
  const { folder, memberName } = options;
  // Without a folder there is nothing to stop, and none should appear.
  if (!existsSync(folder.path)) return notRunning(`member "${memberName}" was not running`, undefined);
  return withMemberLock(folder, async () => {
    const state = readRecord(folder);
    switch (state.kind) {
      case "unknown":
        throw new ExternalError(
          `member "${memberName}": ${state.problem}, so nobody knows which process to stop`,
          {
            remedy: `Look with "ps -ef" for an etcd that uses ${folder.path}, end it, and remove ${folder.recordFile}.`,
          },
        );
      case "none":
        return notRunning(`member "${memberName}" was not running`, await dataOf(folder));
      case "stale":
        removeRecord(folder);
        return notRunning(
          `member "${memberName}" was not running: process ${state.record.pid} of its record is gone`,
          await dataOf(folder),
        );
      case "running": {
        const outcome = await endProcess(state.record, options.timeoutMs ?? TERM_TIMEOUT_MS);
        removeRecord(folder);
        const how = outcome === "killed" ? "did not end when asked to and was killed" : "stopped";
        const message = `member "${memberName}" (process ${state.record.pid}) ${how}`;
        return { outcome, pid: state.record.pid, data: await dataOf(folder), message };
      }
    }
  });
}

/** Ends exactly the process of the record: SIGTERM first, SIGKILL when that did not help. */
export async function endProcess(
  record: Pick<ProcessRecord, "pid" | "startTime">,
  timeoutMs: number = TERM_TIMEOUT_MS,
): Promise<"stopped" | "killed"> {
  signalProcess(record, "SIGTERM");
  if (await gone(record, timeoutMs)) return "stopped";
  signalProcess(record, "SIGKILL");
  if (await gone(record, KILL_TIMEOUT_MS)) return "killed";
  throw new ExternalError(`process ${record.pid} does not end, not even by SIGKILL`, {
    remedy: "It most likely waits for a disk that does not answer; look at the disk.",
  });
}

function signalProcess(record: Pick<ProcessRecord, "pid" | "startTime">, signal: NodeJS.Signals): void {
  if (!isRunning(record)) return;
  try {
    process.kill(record.pid, signal);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ESRCH") return;
    if (code !== "EPERM") throw error;
    throw new ExternalError(`process ${record.pid} belongs to another user and cannot be stopped`, {
      remedy: "Run this as the user who started the member.",
    });
  }
}

async function gone(record: Pick<ProcessRecord, "pid" | "startTime">, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isRunning(record)) {
    if (Date.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

function notRunning(message: string, data: StopResult["data"]): StopResult {
  return { outcome: "not-running", pid: undefined, data, message };
}

async function dataOf(folder: MemberFolder): Promise<StopResult["data"]> {
  if (!existsSync(folder.dataDir)) return undefined;
  return { path: folder.dataDir, bytes: await sizeOf(folder.dataDir) };
}

// Blocks, not lengths: etcd allocates its write-ahead log ahead of use.
async function sizeOf(path: string): Promise<number> {
  const info = await lstat(path);
  if (!info.isDirectory()) return info.blocks * 512;
  let bytes = 0;
  for (const name of readdirSync(path)) bytes += await sizeOf(join(path, name));
  return bytes;
}

/** Takes the data away again; only for data that a failed start itself made. */
export function removeData(folder: MemberFolder): void {
  rmSync(folder.dataDir, { recursive: true, force: true });
  rmSync(folder.dataReleaseFile, { force: true });
}
