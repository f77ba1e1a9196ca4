import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../../lib/local/run-program";
import { writeMachineFile } from "./write-file";

/** One difference between Debian's packages as they come and the image of the test machines. */
export interface ImageChange {
  readonly title: string;
  readonly why: string;
  apply(root: string): Promise<void>;
}

const CLOCK_TIMERS = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "fstrim.timer",
] as const;

/** All of them, in their order. */
export const CHANGES: readonly ImageChange[] = [
  {
    title: "networkd sets up the network",
    why: "It does so in Debian's EC2 image; the package does not enable it.",
    apply: (root) => inImage(root, "systemctl", "enable", "systemd-networkd.service"),
  },
  {
    title: "no identity",
    why: "Each machine gets an id of its own at its first boot, and its name from its metadata.",
    apply: async (root) => {
      await rm(join(root, "var/lib/dbus/machine-id"), { force: true });
      // mmdebstrap brings this machine's own name.
      await rm(join(root, "etc/hostname"), { force: true });
      for (const path of ["etc/machine-id", "etc/hostname"]) await writeMachineFile(root, path, "");
    },
  },
  {
    title: "EC2 is the only data source",
    why: "As in Debian's EC2 image. With a single one, ds-identify turns cloud-init on without looking for signs of a cloud.",
    apply: (root) => cloudConfig(root, "90_dpkg.cfg", "datasource_list: [ Ec2 ]"),
  },
  {
    title: "this is AWS",
    why:
      "cloud-init knows EC2 by the firmware, which it does not read in a container, or by a file of Xen that nobody can make there. " +
      "Elsewhere than on AWS it would not insist on IMDSv2.",
    apply: lookLikeAws,
  },
  {
    title: "no LLMNR",
    why:
      "Only time, up to 5 s of each boot: cloud-init looks names up while no DNS server is known yet, and resolved then asks the " +
      "neighbours for those of one word. Nobody answers in a VPC. Debian's EC2 image has this on, so it should lose the same time.",
    apply: (root) =>
      writeMachineFile(root, "etc/systemd/resolved.conf.d/no-llmnr.conf", "[Resolve]\nLLMNR=no\n"),
  },
  {
    title: "no SSH host keys",
    why: "There is no sshd. Without ssh-keygen, cloud-init would be done, but degraded.",
    apply: (root) => cloudConfig(root, "91_no_ssh.cfg", "ssh_genkeytypes: []"),
  },
  {
    title: "no timers that go by the clock",
    why: "What happens during a test must not depend on the time of day.",
    apply: (root) => inImage(root, "systemctl", "mask", ...CLOCK_TIMERS),
  },
];

const EC2_DATA_SOURCE = "usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py";
const XEN_UUID_FILE = '"/sys/hypervisor/uuid"';
const OWN_UUID_FILE = "etc/ec2-uuid";

async function lookLikeAws(root: string): Promise<void> {
  const file = join(root, EC2_DATA_SOURCE);
  const program = await readFile(file, "utf8");
  const parts = program.split(XEN_UUID_FILE);
  if (parts.length !== 2)
    throw new Error(
      `this cloud-init names ${XEN_UUID_FILE} ${parts.length - 1} times, not once, in ${EC2_DATA_SOURCE}: find out how it knows AWS now`,
    );
  await writeFile(file, parts.join(`"/${OWN_UUID_FILE}"`));
  await inImage(root, "python3", "-m", "compileall", "-q", `/${EC2_DATA_SOURCE}`);
  // Instances of EC2 have one that begins so.
  await writeMachineFile(root, OWN_UUID_FILE, "ec2e1916-9099-7caf-fd21-012345abcdef\n");
}

function cloudConfig(root: string, name: string, content: string): Promise<void> {
  return writeMachineFile(root, `etc/cloud/cloud.cfg.d/${name}`, `${content}\n`);
}

async function inImage(root: string, ...words: readonly string[]): Promise<void> {
  const { failure, stdout, stderr } = await runProgram("chroot", [root, ...words]);
  if (failure !== undefined) throw new Error(`${words.join(" ")}: ${failure}\n${stderr}${stdout}`);
}
