import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { unref } from "../../aws/support/background-program";
import { shell } from "../../aws/support/namespace-shell";
import type { NetworkNamespace } from "../../aws/support/network-namespace";

/** Every Debian has this folder (https://refspecs.linuxfoundation.org/FHS_3.0), and nothing that we start looks into it. */
const DISKS = "/media";
const CONTROL_GROUPS = "/sys/fs/cgroup";

/**
 * systemd-nspawn takes what is mounted at /sys/fs/cgroup: systemd 256 and later boot on version 2 only, and a machine may have
 * version 1 beside it. In /run it keeps what nobody would remove, and `ip netns` the names of network namespaces.
 */
const PREPARE = `
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 ${CONTROL_GROUPS}
mount -t tmpfs -o mode=0755 tmpfs ${DISKS}
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir /run/netns
sysctl -qw net.ipv4.ip_forward=1
mkdir ${CONTROL_GROUPS}/"$1" ${DISKS}/"$1"
`;

/** Control groups are the one thing that outlives the namespaces; they are busy until the last process is gone. */
const SWEEP = `
cat >/dev/null
mount -t cgroup2 cgroup2 ${CONTROL_GROUPS}
attempt=0
while [ -d ${CONTROL_GROUPS}/"$1" ] && [ "$attempt" -lt 300 ]; do
  find ${CONTROL_GROUPS}/"$1" -depth -type d -exec rmdir {} + 2>/dev/null
  attempt=$((attempt + 1))
  sleep 0.1
done
`;

/**
 * Where machines run: a namespace with disks in memory and a control group. All of it goes with the namespace, or with this
 * process.
 */
export class World {
  private constructor(
    readonly namespace: NetworkNamespace,
    private readonly controlGroup: string,
    private readonly sweeper: ChildProcess,
  ) {}

  static async create(namespace: NetworkNamespace): Promise<World> {
    const controlGroup = controlGroupName(namespace.initPid);
    const sweep = ["--mount", "--propagation", "private", "/bin/sh", "-c", SWEEP, "sh", controlGroup];
    // In a session of its own, out of reach of Ctrl-C.
    const sweeper = spawn("unshare", sweep, {
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    unref(sweeper);
    const world = new World(namespace, controlGroup, sweeper);
    await world.shell(PREPARE, controlGroup);
    return world;
  }

  /** Folder for disks, as it is called in the world; no other world has one of that name. */
  get disks(): string {
    return `${DISKS}/${this.controlGroup}`;
  }

  /** A file or folder of the world, as this process finds it. */
  outside(path: string): string {
    return `/proc/${this.namespace.initPid}/root${path}`;
  }

  /** A machine's control group, as it is called in the world. */
  controlGroupOf(machine: string): string {
    return `${CONTROL_GROUPS}/${this.controlGroup}/${machine}`;
  }

  /**
   * Runs shell commands, and gives what they print.
   * @throws Error with their last words when they fail
   */
  async shell(commands: string, ...args: readonly string[]): Promise<string> {
    return (await shell(this.namespace, commands, ...args)).trim();
  }

  /** Removes what the namespace does not take with it, when it is gone. */
  async sweep(): Promise<void> {
    if (this.sweeper.exitCode !== null || this.sweeper.signalCode !== null) return;
    this.sweeper.ref();
    const exit = once(this.sweeper, "exit");
    this.sweeper.stdin?.end();
    await exit;
  }
}

export function controlGroupName(initPid: number): string {
  return `cdktf-etcd-lab-${initPid}`;
}
