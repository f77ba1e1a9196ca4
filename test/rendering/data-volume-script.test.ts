import { open } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runProgram, type ProgramResult } from "../../lib/local/run-program";
import { renderDataVolumeScript, renderEbsDeviceScript } from "../../lib/rendering/scripts";
import { isRoot, PrivateMachine } from "./private-machine";

const LINK = "/run/etcd/data-volume";

async function sh(command: string): Promise<string> {
  const { stdout, failure } = await runProgram("sh", ["-euc", command]);
  if (failure !== undefined) throw new Error(`${command}: ${failure}`);
  return stdout;
}

// Real block devices: loop devices over sparse files.
describe.skipIf(!isRoot)("the data volume script, run for real", () => {
  let machine: PrivateMachine;
  let image: string;
  let loop: string | undefined;

  beforeEach(async () => {
    machine = await PrivateMachine.create();
    image = join(machine.folder, "volume");
    await sh(`truncate -s 64M '${image}'`);
  });

  afterEach(async () => {
    if (loop !== undefined) await sh(`losetup -d ${loop}`);
    loop = undefined;
    await machine.remove();
  });

  async function attach(): Promise<string> {
    loop ??= (await sh(`losetup -f --show '${image}'`)).trim();
    return `mknod /dev/sdf b 7 ${loop.replace("/dev/loop", "")}`;
  }

  async function runScript(prepare: string, deadlineSeconds = 600): Promise<ProgramResult> {
    const script = await machine.write("etcd-data-volume", renderDataVolumeScript({ deadlineSeconds }));
    const finder = await machine.write("ebs-device", renderEbsDeviceScript());
    return machine.run(
      `cp '${finder}' /usr/local/sbin/ebs-device\n${prepare}\n'${script}'\nreadlink ${LINK}\n`,
    );
  }

  async function overwrite(position: number, bytes: readonly number[]): Promise<void> {
    const file = await open(image, "r+");
    await file.write(Buffer.from(bytes), 0, bytes.length, position);
    await file.close();
  }

  const contents = () => sh(`sha256sum <'${image}'`);
  const uuid = () => sh(`blkid -p -s UUID -o value '${image}'`);
  const type = () => sh(`blkid -p -s TYPE -o value '${image}'`);

  async function refuses(message: RegExp): Promise<void> {
    const before = await contents();
    const { exitCode, stderr, stdout } = await runScript(await attach());
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(stdout).not.toContain("/dev/sdf\n");
    expect(await contents()).toBe(before);
  }

  test("formats a blank volume and links it for the mount unit", async () => {
    const { failure, stdout } = await runScript(await attach());
    expect(failure).toBeUndefined();
    expect(stdout).toContain("/dev/sdf is blank: making an ext4 file system");
    expect(stdout).toMatch(/\/dev\/sdf$/);
    expect((await type()).trim()).toBe("ext4");
  });

  test("keeps the file system at every later boot", async () => {
    await runScript(await attach());
    const first = await uuid();
    const { failure, stdout } = await runScript(await attach());
    expect(failure).toBeUndefined();
    expect(stdout).toContain("/dev/sdf has an ext4 file system: kept");
    expect(await uuid()).toBe(first);
  });

  test("keeps an ext4 file system that it did not make", async () => {
    await sh(`mkfs.ext4 -q -L mine '${image}'`);
    const before = await uuid();
    const { failure } = await runScript(await attach());
    expect(failure).toBeUndefined();
    expect(await uuid()).toBe(before);
  });

  test("refuses another file system or swap", async () => {
    await sh(`mkswap '${image}'`);
    await refuses(/neither blank nor ext4 \(blkid exit status 0: .*TYPE=swap/);
  });

  test("refuses a partitioned disk, such as another machine's root", async () => {
    // One Linux partition from sector 2048 on, and the signature of a boot record.
    const partition = [0, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 0xe0, 1, 0];
    await overwrite(446, [...partition, ...Array<number>(48).fill(0), 0x55, 0xaa]);
    await refuses(/neither blank nor ext4 \(blkid exit status 0: .*PTTYPE=dos/);
  });

  test("refuses a volume that blkid finds ambivalent", async () => {
    await sh(`mkfs.ext4 -q '${image}'`);
    // Before the ext4 superblock there is room for another one: squashfs, version 4.
    await overwrite(0, [...Buffer.from("hsqs"), ...Array<number>(24).fill(0), 4, 0]);
    expect((await runProgram("blkid", ["-p", image])).exitCode).toBe(8);
    await refuses(/neither blank nor ext4 \(blkid exit status 8/);
  });

  test("refuses data of no known kind, which blkid calls nothing", async () => {
    await sh(`head -c 4096 /dev/urandom | dd of='${image}' bs=1k seek=512 conv=notrunc status=none`);
    expect((await runProgram("blkid", ["-p", image])).exitCode).toBe(2);
    await refuses(/is not blank, but nothing known is on it/);
  });

  test("refuses a file system that e2fsck cannot mend by itself", async () => {
    await sh(
      `mkfs.ext4 -q '${image}'; head -c 8192 /dev/urandom | dd of='${image}' bs=1k seek=2 conv=notrunc status=none`,
    );
    const { exitCode, stderr } = await runScript(await attach());
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/e2fsck -p \/dev\/sdf: exit status 4/);
  });

  test("refuses a device that cannot be read, which blkid calls nothing, too", async () => {
    const command = await attach();
    await sh(`truncate -s 0 '${image}'`);
    const { exitCode, stderr } = await runScript(command);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/is not blank, but nothing known is on it/);
  });

  test("waits for a volume that is attached after boot", async () => {
    const { failure, stdout } = await runScript(`(sleep 2; ${await attach()}) &`);
    expect(failure).toBeUndefined();
    expect(stdout).toContain("waiting for the volume to be attached as /dev/sdf (0 of 600 s)");
    expect(stdout).toContain("/dev/sdf is blank");
  });

  test("fails if no volume comes, saying what to do", async () => {
    const { exitCode, stderr } = await runScript("", 1);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      "etcd-data-volume: FAILED: no volume attached as /dev/sdf after 1 s. Attach it, then: systemctl start etcd",
    );
  });

  test("finds the volume of a Xen instance", async () => {
    const { failure, stdout } = await runScript((await attach()).replace("/dev/sdf", "/dev/xvdf"));
    expect(failure).toBeUndefined();
    expect(stdout).toMatch(/\/dev\/xvdf$/);
  });

  test("leaves a mounted volume alone", async () => {
    const { exitCode, stdout } = await runScript("mkdir /var/lib/etcd; mount -t tmpfs tmpfs /var/lib/etcd");
    expect(stdout).toBe("etcd-data-volume: /var/lib/etcd is mounted already");
    expect(exitCode).toBe(1); // of readlink: nothing was linked
  });
});
