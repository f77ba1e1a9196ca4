import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { runProgram, type ProgramResult } from "../../../lib/local/run-program";
import { firstLine, unref } from "../../aws/support/background-program";
import type { DataVolume } from "./data-volume";
import type { World } from "./world";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** A machine that is frozen does not end anything. */
const GRACE_MS = 10_000;
const POWER_ON_TIMEOUT_MS = 60_000;
/** systemd's own limit for a service that does not stop is 90 s. */
const POWER_OFF_TIMEOUT_MS = 120_000;

/**
 * Boots the machine, and again when it reboots by itself, which nspawn says with 133. What is held open here keeps the loop device;
 * the kernel detaches it with the last who uses it, however that ends.
 *
 * The machine's network namespace is entered before: with --network-namespace-path, nspawn 252 mounts the /sys of the other
 * namespace and drops CAP_NET_ADMIN.
 */
const RUN = `
name=$1 folder=$2 group=$3
# What is started in a group that was killed before is killed, too.
[ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} +
mkdir -p "$group"
echo $$ >"$group/cgroup.procs"
while :; do
  set --
  if [ -e "$folder/volume" ]; then
    read -r file serial <"$folder/volume"
    device=$(losetup --associated "$file" --noheadings --output NAME)
    if [ -z "$device" ]; then
      device=$(losetup --find --show "$file")
      exec 9<>"$device"
      losetup --detach "$device"
    fi
    set -- --bind="$device:/dev/nvme1n1" --bind="$device:/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$serial"
  fi
  status=0
  SYSTEMD_NSPAWN_API_VFS_WRITABLE=network nsenter --net="/run/netns/$name" systemd-nspawn --quiet --boot \\
    --directory="$folder/root" --machine="$name" --capability=CAP_NET_ADMIN --private-users=no --register=no --keep-unit \\
    --resolv-conf=off --timezone=off --link-journal=no --console=read-only "$@" || status=$?
  [ "$status" -eq 133 ] || break
done
# With it goes whatever holds a device that was attached later; and this shell.
echo 1 >"$group/cgroup.kill"
`;

/** Keeps the loop device of a volume that is attached to a running machine, for as long as that runs. */
const HOLD = `
echo $$ >"$1/cgroup.procs"
device=$(losetup --find --show "$2")
exec 9<>"$device"
losetup --detach "$device"
stat --format='%Hr %Lr' "$device"
exec sleep infinity
`;

/** A device node and udev's link to it, in a machine that runs: nobody there tells udev of a new device. */
const HOT_PLUG = `
mknod /dev/nvme1n1 b "$1" "$2"
mkdir -p /dev/disk/by-id
ln -s /dev/nvme1n1 "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$3"
`;

export interface MachineOptions {
  readonly world: World;
  readonly name: string;
  readonly address: string;
  /** Folder of the image, which is only read. */
  readonly rootFileSystem: string;
  /** Changes an empty root disk before the first boot: files in the folder are there instead of the image's. */
  prepareRoot(folder: string): Promise<void>;
  /** Gives the network namespace of that name its NIC. */
  plugIn(name: string): Promise<void>;
}

/** A machine with systemd as its first process, an address and disks of its own. */
export class Machine {
  private running: ChildProcess | undefined;
  private volume: DataVolume | undefined;
  private printed = "";

  constructor(
    private readonly options: MachineOptions,
    /** Changes when the machine is replaced. */
    public instanceId: string,
  ) {}

  get name(): string {
    return this.options.name;
  }

  get address(): string {
    return this.options.address;
  }

  get isOn(): boolean {
    return this.running?.exitCode === null && this.running.signalCode === null;
  }

  /** What its console showed since it was there first. */
  get console(): string {
    return this.printed;
  }

  /** Takes effect at once. */
  async attach(volume: DataVolume): Promise<void> {
    if (this.volume === volume) return;
    await volume.ensure();
    this.volume = volume;
    await this.noteVolume(volume);
    if (!this.isOn) return;
    const words = [this.world.controlGroupOf(this.name), volume.file];
    const [file, ...args] = this.world.namespace.command(["/bin/sh", "-euc", HOLD, "sh", ...words], "/");
    const holder = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    const numbers = await firstLine(holder);
    unref(holder);
    await this.must(["/bin/sh", "-euc", HOT_PLUG, "sh", ...numbers.split(" "), serialOf(volume)]);
  }

  /** Takes effect at the next boot. */
  async detach(): Promise<void> {
    this.volume = undefined;
    await this.world.shell('rm -f "$1/volume"', this.folder);
  }

  /** Resolves when its systemd runs. */
  async powerOn(): Promise<void> {
    if (this.isOn) return;
    const { world, name } = this.options;
    await this.volume?.waitUntilFree();
    await this.ensureRoot();
    await world.shell('ip netns delete "$1" 2>/dev/null || true; ip netns add "$1"', name);
    await this.options.plugIn(name);
    const words = ["/bin/sh", "-euc", RUN, "sh", name, this.folder, world.controlGroupOf(name)];
    const [file, ...args] = world.namespace.command(words, "/");
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    unref(child);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (this.printed += text));
    this.running = child;
    const until = Date.now() + POWER_ON_TIMEOUT_MS;
    while ((await this.leader()) === undefined) {
      if (!this.isOn || Date.now() > until) throw new Error(`${name} did not start:\n${this.printed}`);
      await sleep(20);
    }
  }

  /** Presses the power button, and waits until the machine is off: systemd takes the signal for that. */
  async powerOff(): Promise<void> {
    const leader = await this.leader();
    if (leader === undefined || this.running === undefined) return;
    const exit = once(this.running, "exit");
    // SIGRTMIN+4, which Node has no name for: https://man7.org/linux/man-pages/man1/systemd.1.html#SIGNALS
    await runProgram("kill", ["-s", "RTMIN+4", String(leader)]);
    const isOff = await Promise.race([
      exit.then(() => true),
      sleep(POWER_OFF_TIMEOUT_MS, false, { ref: false }),
    ]);
    if (!isOff) throw new Error(`${this.name} did not go off:\n${this.printed.slice(-2000)}`);
    await this.untilAllEnded();
  }

  /** Pulls the plug. */
  async cutPower(): Promise<void> {
    if (!this.isOn || this.running === undefined) return;
    const exit = once(this.running, "exit");
    await this.control("cgroup.kill", "1");
    await exit;
    await this.untilAllEnded();
  }

  /** Stops every process of the machine in place, as when its host does not get a CPU. */
  freeze(): Promise<void> {
    return this.control("cgroup.freeze", "1");
  }

  thaw(): Promise<void> {
    return this.control("cgroup.freeze", "0");
  }

  /** Takes the root disk away; the next power-on is the first one of another instance. The machine must be off. */
  async becomeInstance(instanceId: string): Promise<void> {
    if (this.isOn) throw new Error(`${this.name} is on`);
    await this.world.shell('! mountpoint -q "$1/root" || umount --lazy "$1/root"; rm -rf "$1"', this.folder);
    if (this.volume !== undefined) await this.noteVolume(this.volume);
    this.instanceId = instanceId;
  }

  /** Runs a program as root. One that takes longer than it may, 60 s by default, is ended, and with it what it started. */
  async exec(words: readonly string[], options: { timeoutMs?: number } = {}): Promise<ProgramResult> {
    const { timeoutMs = 60_000 } = options;
    // In the machine: what is ended out here leaves the program in there alone.
    const limited = ["timeout", "--signal=KILL", String(timeoutMs / 1000), ...words];
    const [file, ...args] = await this.execCommand(limited);
    const env = { PATH, HOME: "/root", LC_ALL: "C" };
    return runProgram(file, args, { timeoutMs: timeoutMs + GRACE_MS, env });
  }

  /**
   * What to start instead of a program, so that it runs in the machine.
   * @throws Error when the machine is off
   */
  async execCommand(words: readonly string[]): Promise<[string, ...string[]]> {
    const leader = await this.leader();
    if (leader === undefined) throw new Error(`${this.name} is off`);
    const enter = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
    return ["nsenter", `--target=${leader}`, ...enter, "--", ...words];
  }

  /**
   * Runs a program as root, and gives what it prints.
   * @throws Error with its last words when it fails
   */
  async must(words: readonly string[]): Promise<string> {
    const { failure, stdout, stderr } = await this.exec(words);
    if (failure !== undefined) throw new Error(`${this.name}: ${words.join(" ")}: ${failure}\n${stderr}`);
    return stdout;
  }

  private get world(): World {
    return this.options.world;
  }

  private get folder(): string {
    return `${this.world.disks}/${this.name}`;
  }

  /** What the machine has at its next boot, which may be one that nobody here starts. */
  private async noteVolume(volume: DataVolume): Promise<void> {
    const line = 'mkdir -p "$1"; echo "$2 $3" >"$1/volume"';
    await this.world.shell(line, this.folder, volume.file, serialOf(volume));
  }

  /** An empty disk above the image, unless there is one with what the machine wrote. */
  private async ensureRoot(): Promise<void> {
    const made = await this.world.shell(
      'mountpoint -q "$1/root" || { mkdir -p "$1/upper" "$1/work" "$1/root"; chmod 0755 "$1/upper"; echo made; }',
      this.folder,
    );
    if (made === "") return;
    await this.options.prepareRoot(this.world.outside(`${this.folder}/upper`));
    await this.world.shell(
      'mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"',
      this.folder,
      this.options.rootFileSystem,
    );
  }

  /** The machine's first process, by its number outside. A reboot changes it. */
  private async leader(): Promise<number | undefined> {
    if (!this.isOn) return undefined;
    const group = this.world.outside(this.world.controlGroupOf(this.name));
    const processes = await readFile(`${group}/payload/init.scope/cgroup.procs`, "utf8").catch(() => "");
    const [first = ""] = processes.split("\n");
    return first === "" ? undefined : Number(first);
  }

  /**
   * The kernel needs a moment for it, in which the old processes would be taken for the machine's. The network namespace would go on
   * to answer for the machine.
   */
  private async untilAllEnded(): Promise<void> {
    const events = this.world.outside(`${this.world.controlGroupOf(this.name)}/cgroup.events`);
    while (!/^populated 0$/m.test(await readFile(events, "utf8"))) await sleep(10);
    await this.world.shell('ip netns delete "$1"', this.name);
  }

  private async control(file: string, value: string): Promise<void> {
    await writeFile(this.world.outside(`${this.world.controlGroupOf(this.name)}/${file}`), value);
  }
}

/** As NVMe gives it: https://docs.aws.amazon.com/ebs/latest/userguide/nvme-ebs-volumes.html */
function serialOf({ id }: DataVolume): string {
  return id.replace("-", "");
}
