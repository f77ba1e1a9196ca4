import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, type ProgramResult } from "../../lib/local/run-program";

/** Mounting and making device nodes needs it. */
export const isRoot = process.getuid?.() === 0;

/** Fresh folders for everything that the rendered scripts write to; nothing of it is seen, or left, outside. */
const PRELUDE = `
set -eu
umask 022
for FOLDER in /dev /run /var/lib /var/cache /usr/local/bin /usr/local/sbin; do
  mount -t tmpfs -o mode=755 tmpfs "$FOLDER"
done
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/zero c 1 5
ln -s /proc/self/fd /dev/fd
`;

/**
 * A folder for one test, and a way to run commands as root on "another machine": in a mount namespace of their own, with the
 * real kernel, disks and programs of this one. Needs root.
 */
export class PrivateMachine {
  private constructor(readonly folder: string) {}

  static async create(): Promise<PrivateMachine> {
    return new PrivateMachine(await mkdtemp(join(tmpdir(), "private-machine-")));
  }

  /** Writes a file that {@link run} can use, and gives its path. */
  async write(name: string, content: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    await chmod(path, 0o755);
    return path;
  }

  /** Runs shell commands on a fresh machine; they end at the first that fails. */
  async run(commands: string): Promise<ProgramResult> {
    const script = await this.write("run", PRELUDE + commands);
    return runProgram("unshare", ["--mount", "--propagation", "private", "sh", script], {
      timeoutMs: 60_000,
    });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
