import { spawn, type ChildProcess } from "node:child_process";
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runProgram, type ProgramResult } from "../../../lib/local/run-program";
import type { NetworkNamespace } from "../../aws/support/network-namespace";

/** Mounting and making device nodes needs it. */
export const isRoot = process.getuid?.() === 0;

/** Of the user etcd on these machines; nobody's on this one. */
export const ETCD_UID = 4242;

/** What the rendered programs write to is the machine's own; nothing of it is seen, or left, outside. */
const OWN_FOLDERS = ["/etc", "/run", "/var/lib", "/var/cache", "/usr/local/bin", "/usr/local/sbin"];

/** In /etc; all else in there is this machine's. */
const OWN_FILES: readonly string[] = ["passwd", "group", "hosts"];

const PRELUDE = `
set -eu
umask 022
mount --bind -o ro /etc "$MACHINE/host-etc"
${OWN_FOLDERS.map((folder) => `mount --bind "$MACHINE${folder}" ${folder}`).join("\n")}
mount -t tmpfs -o mode=755 tmpfs /dev
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/zero c 1 5
mknod -m 666 /dev/urandom c 1 9
ln -s /proc/self/fd /dev/fd
ln -s "$MACHINE/console" /dev/console
`;

export interface MachineOptions {
  /** Its network. @default - that of this machine */
  readonly namespace?: NetworkNamespace | undefined;
}

/**
 * "Another machine", on which tests run commands as root: folders of its own in a mount namespace, with the real kernel, disks and
 * programs of this one. What is written stays from one run to the next, except in /dev. Needs root.
 */
export class PrivateMachine {
  private runs = 0;

  private constructor(
    readonly folder: string,
    private readonly namespace: NetworkNamespace | undefined,
  ) {}

  static async create({ namespace }: MachineOptions = {}): Promise<PrivateMachine> {
    const machine = new PrivateMachine(await mkdtemp(join(tmpdir(), "private-machine-")), namespace);
    for (const folder of OWN_FOLDERS) await mkdir(machine.path(folder), { recursive: true });
    await mkdir(machine.path("/host-etc"));
    for (const name of await readdir("/etc")) {
      if (name === "etcd") continue;
      if (OWN_FILES.includes(name)) await copyFile(join("/etc", name), machine.path(`/etc/${name}`));
      else await symlink(machine.path(`/host-etc/${name}`), machine.path(`/etc/${name}`));
    }
    await appendFile(
      machine.path("/etc/passwd"),
      `etcd:x:${ETCD_UID}:${ETCD_UID}::/var/lib/etcd:/bin/false\n`,
    );
    await appendFile(machine.path("/etc/group"), `etcd:x:${ETCD_UID}:\n`);
    await writeFile(machine.path("/console"), "");
    return machine;
  }

  /** Where a file of the machine is on this one. */
  path(path: string): string {
    return join(this.folder, path);
  }

  /** Writes a file outside of the machine's own folders that {@link run} can use, and gives its path. */
  async write(name: string, content: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    await chmod(path, 0o755);
    return path;
  }

  /** Puts a program, or another file for it, on the machine. */
  async install(path: string, content: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), content);
    await chmod(this.path(path), 0o755);
  }

  /** Runs shell commands; they end at the first that fails. */
  async run(commands: string, env: Readonly<Record<string, string>> = {}): Promise<ProgramResult> {
    const [file, ...args] = await this.command(commands);
    return runProgram(file, args, { timeoutMs: 120_000, env: this.env(env) });
  }

  /** Starts shell commands that go on; what they print goes to the given function. */
  async start(
    commands: string,
    env: Readonly<Record<string, string>>,
    log: (text: string) => void,
  ): Promise<ChildProcess> {
    const [file, ...args] = await this.command(commands);
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], env: this.env(env) });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", log);
    return child;
  }

  private async command(commands: string): Promise<[string, ...string[]]> {
    const script = await this.write(`run-${this.runs++}`, PRELUDE + commands);
    const words: [string, ...string[]] = ["unshare", "--mount", "--propagation", "private", "sh", script];
    return this.namespace?.command(words, "/") ?? words;
  }

  /** Of this machine's environment only what finds programs: theirs is systemd's. */
  private env(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    return { PATH, MACHINE: this.folder, PYTHONDONTWRITEBYTECODE: "1", ...env };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
