import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { processTree } from "../../../lib/cli/process-tree";
import { firstLine, unref } from "./background-program";

/**
 * Process 1 of the namespaces. It ends with its standard input, which the test's process holds, and the kernel then ends
 * everything else in there: https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
const INIT = `
ip link set lo up || exit 1
echo up
exec cat
`;

const isRoot = process.getuid?.() === 0;

/**
 * A network of its own with nothing but loopback: what runs in there can reach nobody, and nobody can reach it. All
 * processes in it end with {@link NetworkNamespace.remove} or with the process that made it, however that ends.
 *
 * Needs `unshare` and `nsenter` (util-linux), `ip` (iproute2), and root or unprivileged user namespaces.
 */
export class NetworkNamespace {
  private constructor(
    private readonly holder: ChildProcess,
    /** As seen from outside. */
    readonly initPid: number,
  ) {}

  /** @throws Error with the words of `unshare` when this machine does not allow it */
  static async create(): Promise<NetworkNamespace> {
    const asRoot = isRoot ? [] : ["--user", "--map-root-user"];
    // With a /proc of its own, so that programs find their children there under the right numbers.
    const namespaces = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const holder = spawn("unshare", [...asRoot, ...namespaces, "/bin/sh", "-c", INIT], {
      // Out of reach of Ctrl-C, which comes to the test's process and ends this with it.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    await firstLine(holder);
    unref(holder);
    const init = processTree(holder.pid!)[1];
    if (init === undefined) throw new Error("the namespace ended as soon as it was there");
    return new NetworkNamespace(holder, init.pid);
  }

  /** What to start instead of a program, so that it runs in the namespace and in the given folder. */
  command(words: readonly string[], folder: string): [string, ...string[]] {
    const asRoot = isRoot ? [] : ["--user", "--preserve-credentials"];
    const enter = ["--target", String(this.initPid), ...asRoot, "--net", "--pid", "--mount"];
    // Entering a mount namespace leads to its root folder.
    const stay = ["/bin/sh", "-c", 'cd "$1" && shift && exec "$@"', "sh"];
    return ["nsenter", ...enter, ...stay, folder, ...words];
  }

  /** Ends everything that runs in it. */
  async remove(): Promise<void> {
    if (this.holder.exitCode !== null || this.holder.signalCode !== null) return;
    this.holder.ref();
    const exit = once(this.holder, "exit");
    this.holder.stdin?.end();
    await exit;
  }
}
