/** What a machine is to everybody around it; what runs on it has tests of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { firstLine } from "../../aws/support/background-program";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { labProblem } from "../image/requirements";
import { rootFileSystem } from "../image/root-file-system";
import { DataVolume } from "./data-volume";
import { leftovers } from "./leftovers";
import { Machine } from "./machine";
import { World } from "./world";

const LOADER = join(__dirname, "..", "..", "..", "bin", "run.js");
const TIMEOUT_MS = 120_000;

/** Without a NIC nothing would ever be online, and without a metadata service no cloud-init done, which half of a boot waits for. */
async function withoutNetwork(folder: string): Promise<void> {
  const units = join(folder, "etc/systemd/system");
  await mkdir(units, { recursive: true });
  await symlink("/dev/null", join(units, "systemd-networkd-wait-online.service"));
  await mkdir(join(folder, "etc/cloud"));
  await writeFile(join(folder, "etc/cloud/cloud-init.disabled"), "");
}

describe.skipIf(labProblem() !== undefined)("a machine", { concurrent: false, timeout: TIMEOUT_MS }, () => {
  let world: World;
  let machine: Machine;
  let volume: DataVolume;

  beforeAll(async () => {
    const image = await rootFileSystem();
    world = await World.create(await NetworkNamespace.create());
    volume = new DataVolume(world, "vol-0123456789abcdef0", 2);
    machine = new Machine(
      {
        world,
        name: "etcd-0",
        address: "10.40.0.10",
        rootFileSystem: image,
        prepareRoot: withoutNetwork,
        plugIn: () => Promise.resolve(),
      },
      "i-0",
    );
  }, TIMEOUT_MS);

  afterAll(async () => {
    await world.namespace.remove();
    await world.sweep();
    expect(await leftovers(world.namespace.initPid)).toEqual([]);
  }, TIMEOUT_MS);

  const shell = (commands: string): Promise<string> => machine.must(["sh", "-euc", commands]);

  const running = async (): Promise<void> => {
    const state = async (): Promise<string> =>
      (await machine.exec(["systemctl", "is-system-running"])).stdout;
    await expect.poll(state, { timeout: TIMEOUT_MS }).toMatch(/running|degraded/);
  };

  test("has systemd as its first process, and a name", async () => {
    expect(machine.isOn).toBe(false);
    await machine.powerOn();
    expect(machine.isOn).toBe(true);
    expect(await shell("cat /proc/1/comm")).toBe("systemd");
    await running();
    expect(machine.console).toContain("Detected virtualization systemd-nspawn");
  });

  test("sees nothing of the machine it runs on: no other process, no other network, none of its disks", async () => {
    const seen = await shell("ls -d /proc/[0-9]* | wc -l; ls /sys/class/net; ls /dev/nvme* 2>&1 || true");
    const [processes, ...others] = seen.split("\n");
    expect(Number(processes)).toBeLessThan(60);
    expect(others).toEqual(["lo", "ls: cannot access '/dev/nvme*': No such file or directory"]);
  });

  test("gets a volume while it runs, by the name that EBS gives it", async () => {
    await machine.attach(volume);
    const device = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0";
    expect(await shell(`readlink -e ${device}; blkid -p ${device} || echo blank`)).toBe(
      "/dev/nvme1n1\nblank",
    );
    await shell(
      `mkfs.ext4 -q ${device}; mount ${device} /mnt; echo kept >/mnt/file; echo kept >/root/file; sync`,
    );
  });

  test("keeps both disks when its power is cut, and finds them again", async () => {
    await machine.cutPower();
    expect(machine.isOn).toBe(false);
    await machine.powerOn();
    expect(await shell("cat /root/file; mount /dev/nvme1n1 /mnt; cat /mnt/file")).toBe("kept\nkept");
  });

  test("stands still when it is frozen, and goes on", async () => {
    await running();
    await shell(
      "systemd-run --quiet --unit=clock sh -c 'while :; do date +%s%N >/run/clock; sleep 0.05; done'",
    );
    const [, target = ""] = await machine.execCommand([]);
    const file = `/proc/${target.replace(/^\D+/, "")}/root/run/clock`;
    const clock = (): Promise<string> => readFile(file, "utf8").catch(() => "");
    await expect.poll(clock).not.toBe("");
    await machine.freeze();
    const then = await clock();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await clock()).toBe(then);
    await machine.thaw();
    await expect.poll(clock).not.toBe(then);
  });

  test("reboots by itself, without its volume being used twice", async () => {
    const boot = await shell("cat /proc/sys/kernel/random/boot_id");
    await running();
    await machine.exec(["systemctl", "reboot"]);
    const now = (): Promise<string> => shell("cat /proc/sys/kernel/random/boot_id").catch(() => boot);
    await expect.poll(now, { timeout: TIMEOUT_MS }).not.toBe(boot);
    expect(await world.shell("losetup --list --noheadings --output BACK-FILE")).toContain(volume.file);
  });

  test("goes off when its button is pressed, and lets go of its volume", async () => {
    await machine.powerOff();
    expect(machine.isOn).toBe(false);
    await volume.waitUntilFree();
    await expect(machine.exec(["true"])).rejects.toThrow("etcd-0 is off");
  });

  test("has an empty root disk as another instance, and the same volume", async () => {
    await machine.becomeInstance("i-1");
    await machine.powerOn();
    expect(machine.instanceId).toBe("i-1");
    expect(await shell("ls /root; mount /dev/nvme1n1 /mnt; cat /mnt/file")).toBe("kept");
    await expect(machine.becomeInstance("i-2")).rejects.toThrow("etcd-0 is on");
  });

  test("boots without a volume that was taken away, and with an empty one that was wiped", async () => {
    await machine.cutPower();
    await machine.detach();
    await machine.powerOn();
    expect(await shell("ls /dev/nvme1n1 2>/dev/null || echo none")).toBe("none");
    await machine.cutPower();
    await volume.wipe();
    await machine.attach(volume);
    await machine.powerOn();
    expect(await shell("blkid -p /dev/nvme1n1 || echo blank")).toBe("blank");
  });

  test("leaves nothing behind when whoever started it is killed", async () => {
    const program = join(__dirname, "boot-and-stay.ts");
    const child = spawn(process.execPath, [LOADER, program], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const initPid = Number(await firstLine(child));
    expect(await leftovers(initPid)).not.toEqual([]);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect.poll(() => leftovers(initPid), { timeout: TIMEOUT_MS }).toEqual([]);
  });
});
