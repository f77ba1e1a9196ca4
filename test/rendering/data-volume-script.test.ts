import { open } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runProgram, type ProgramResult } from "../../lib/local/run-program";
import { DATA_VOLUME_ID_FILE } from "../../lib/rendering/machine-layout";
import { renderDataVolumeScript } from "../../lib/rendering/programs";
import { isRoot, PrivateMachine } from "./support/private-machine";

const LINK = "/run/etcd/data-volume";
const ID = "vol-0123456789abcdef0";
/** Of another volume, such as the root's. */
const OTHER = "vol-0fedcba9876543210";
const BY_ID = "/dev/disk/by-id";

/** What udev makes of an EBS volume. */
const linkOf = (id: string) => `${BY_ID}/nvme-Amazon_Elastic_Block_Store_${id.replace("-", "")}`;

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

  /** The commands that make the volume appear on the machine as `name`, linked by its id. */
  async function attach(name = "/dev/nvme1n1"): Promise<string> {
    return `${await attachUnlinked(name)}; mkdir -p ${BY_ID}; ln -s ${name} ${linkOf(ID)}`;
  }

  async function attachUnlinked(name: string): Promise<string> {
    loop ??= (await sh(`losetup -f --show '${image}'`)).trim();
    return `mknod ${name} b 7 ${loop.replace("/dev/loop", "")}`;
  }

  async function runScript(prepare: string, deadlineSeconds = 600): Promise<ProgramResult> {
    const script = await machine.write("etcd-data-volume", renderDataVolumeScript({ deadlineSeconds }));
    await machine.install(DATA_VOLUME_ID_FILE, ID);
    return machine.run(`${prepare}\n'${script}'\nreadlink ${LINK}\n`);
  }

  async function overwrite(position: number, bytes: readonly number[]): Promise<void> {
    const file = await open(image, "r+");
    await file.write(Buffer.from(bytes), 0, bytes.length, position);
    await file.close();
  }

  const contents = () => sh(`sha256sum <'${image}'`);
  const uuid = () => sh(`blkid -p -s UUID -o value '${image}'`);
  const type = () => sh(`blkid -p -s TYPE -o value '${image}'`);

  /** The commands that show the machine these NVMe controllers and no others. */
  function nvme(serials: Readonly<Record<string, string>>): string {
    const controllers = Object.entries(serials).map(
      ([name, id]) =>
        // The kernel fills the fields up with spaces.
        `mkdir /sys/class/${name}; printf '%-20s\\n' ${id.replace("-", "")} >/sys/class/${name}/serial
printf '%-40s\\n' 'Amazon Elastic Block Store' >/sys/class/${name}/model`,
    );
    return ["mount -t tmpfs tmpfs /sys/class", "mkdir /sys/class/nvme", ...controllers]
      .join("\n")
      .replaceAll(/\/sys\/class\/(?=nvme\d)/g, "/sys/class/nvme/");
  }

  async function refuses(message: RegExp): Promise<void> {
    const before = await contents();
    const { exitCode, stderr, stdout } = await runScript(await attach());
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(stdout).not.toContain("/dev/nvme1n1\n");
    expect(await contents()).toBe(before);
  }

  test("formats a blank volume and links it for the mount unit", async () => {
    const { failure, stdout } = await runScript(await attach());
    expect(failure).toBeUndefined();
    expect(stdout).toContain("/dev/nvme1n1 is blank: making an ext4 file system");
    expect(stdout).toMatch(/\n\/dev\/nvme1n1$/);
    expect((await type()).trim()).toBe("ext4");
  });

  test("keeps the file system at every later boot", async () => {
    await runScript(await attach());
    const first = await uuid();
    const { failure, stdout } = await runScript(await attach());
    expect(failure).toBeUndefined();
    expect(stdout).toContain("/dev/nvme1n1 has an ext4 file system: kept");
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
    expect(stderr).toMatch(/e2fsck -p \/dev\/nvme1n1: exit status 4/);
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
    expect(stdout).toContain(`waiting for volume ${ID} to be attached (0 of 600 s)`);
    expect(stdout).toContain("/dev/nvme1n1 is blank");
  });

  test("fails if no volume comes, saying which, and that it is waited for again", async () => {
    const { exitCode, stderr } = await runScript("", 1);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `etcd-data-volume: FAILED: volume ${ID} is not attached after 1 s. It is waited for again in a minute`,
    );
  });

  test("fails if nobody has told it which volume is the member's", async () => {
    const script = await machine.write("etcd-data-volume", renderDataVolumeScript());
    const { exitCode, stderr } = await machine.run(`'${script}'`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`FAILED: no ${DATA_VOLUME_ID_FILE} yet: /usr/local/sbin/etcd-sync fetches it`);
  });

  test("takes no other volume, blank as it may be", async () => {
    const before = await contents();
    const other = (await attach()).replace(linkOf(ID), linkOf(OTHER));
    const { exitCode, stderr } = await runScript(`${other}; ${nvme({ nvme1: OTHER })}`, 1);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`volume ${ID} is not attached`);
    expect(await contents()).toBe(before);
  });

  test("finds a volume without udev's link by its controller's serial number", async () => {
    const controllers = nvme({ nvme0: OTHER, nvme1: ID });
    const { failure, stdout } = await runScript(`${await attachUnlinked("/dev/nvme1n1")}; ${controllers}`);
    expect(failure).toBeUndefined();
    expect(stdout).toMatch(/\n\/dev\/nvme1n1$/);
  });

  test.each(["/dev/sdf", "/dev/xvdf"])("finds %s where no device is an EBS volume by NVMe", async (name) => {
    const { failure, stdout } = await runScript(`${await attachUnlinked(name)}; ${nvme({})}`);
    expect(failure).toBeUndefined();
    expect(stdout).toMatch(new RegExp(`\n${name}$`));
  });

  test("leaves a mounted volume alone", async () => {
    const { exitCode, stdout } = await runScript("mkdir /var/lib/etcd; mount -t tmpfs tmpfs /var/lib/etcd");
    expect(stdout).toBe("etcd-data-volume: /var/lib/etcd is mounted already");
    expect(exitCode).toBe(1); // of readlink: nothing was linked
  });
});
