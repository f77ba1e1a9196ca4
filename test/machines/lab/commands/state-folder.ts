import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { ExternalError, UsageError } from "../../../../lib/errors";
import { defaultCacheDir } from "../../../../lib/local";
import { runProgram } from "../../../../lib/local/run-program";

/** `sun_path`, with its final zero: https://man7.org/linux/man-pages/man7/unix.7.html */
const SOCKET_PATH_LIMIT_BYTES = 108;
/** What flock says when somebody else has the lock: EX_TEMPFAIL of sysexits.h. */
export const LOCKED_EXIT_CODE = 75;

const recordSchema = z.object({ pid: z.number(), startedAt: z.string() });

/** Who runs the lab. */
export type LabRecord = z.infer<typeof recordSchema>;

/** Where the lab's process and the commands find each other: one lab per user and cache folder. */
export class StateFolder {
  private constructor(readonly path: string) {}

  /** Nobody else can enter it: whoever reaches the socket is root in the machines. */
  static open(path = join(defaultCacheDir(), "test", "machines", "lab")): StateFolder {
    const folder = new StateFolder(path);
    if (Buffer.byteLength(folder.socketFile) >= SOCKET_PATH_LIMIT_BYTES) {
      throw new UsageError(`the path of the lab's socket is too long for a socket: ${folder.socketFile}`, {
        remedy: "set CDKTF_ETCD_CACHE_DIR to a shorter one",
      });
    }
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
    return folder;
  }

  get socketFile(): string {
    return join(this.path, "lab.sock");
  }

  get logFile(): string {
    return join(this.path, "lab.log");
  }

  /** Keeps the log of the last lab beside the next one's: somebody may want to know how it died. */
  rotateLog(): void {
    try {
      renameSync(this.logFile, join(this.path, "lab.previous.log"));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }

  readRecord(): LabRecord | undefined {
    try {
      return recordSchema.parse(JSON.parse(readFileSync(this.recordFile, "utf8")));
    } catch {
      // None, or one that was being written when the machine lost its power: nobody runs the lab then.
      return undefined;
    }
  }

  writeRecord(record: LabRecord): void {
    writeFileSync(this.recordFile, JSON.stringify(record));
  }

  /** What a lab leaves here but its log. */
  clear(): void {
    rmSync(this.socketFile, { force: true });
    rmSync(this.recordFile, { force: true });
  }

  /**
   * The words that run a program as the one that holds the lab. The kernel frees the lock when the program ends, however that
   * comes; nothing that it starts inherits it.
   */
  locked(words: readonly string[]): [string, ...string[]] {
    const options = ["--nonblock", "--no-fork", "--conflict-exit-code", String(LOCKED_EXIT_CODE)];
    return ["flock", ...options, this.lockFile, ...words];
  }

  /** Whether no process holds the lab, now or within the time. */
  async isFree(timeoutMs = 0): Promise<boolean> {
    const wait = timeoutMs === 0 ? ["--nonblock"] : ["--timeout", String(timeoutMs / 1000)];
    const conflict = ["--conflict-exit-code", String(LOCKED_EXIT_CODE)];
    const { exitCode, failure } = await runProgram("flock", [...wait, ...conflict, this.lockFile, "true"]);
    if (exitCode === 0 || exitCode === LOCKED_EXIT_CODE) return exitCode === 0;
    throw new ExternalError(`cannot lock ${this.lockFile}: ${failure}`, {
      remedy: "flock is in the package util-linux",
    });
  }

  private get recordFile(): string {
    return join(this.path, "lab.json");
  }

  private get lockFile(): string {
    return join(this.path, "lab.lock");
  }
}
