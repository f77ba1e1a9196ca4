import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { labProblem } from "./requirements";
import { rootFileSystem } from "./root-file-system";
import { Layer } from "./support/layer";

/** What cloud-init takes the machine for, and its configuration as it reads it. */
const LOOK = `
import json
from cloudinit import util
from cloudinit.sources import DataSourceEc2
config = util.read_conf_with_confd("/etc/cloud/cloud.cfg")
print(json.dumps({
    "cloud": DataSourceEc2.identify_platform(),
    "sources": config["datasource_list"],
    "hostKeys": config["ssh_genkeytypes"],
}))
`;

/** What the user data and the programs from the bucket start. */
const PROGRAMS = [
  ...[
    "basename",
    "blkid",
    "cat",
    "chmod",
    "chown",
    "curl",
    "cut",
    "date",
    "dirname",
    "e2fsck",
    "env",
    "grep",
  ],
  ...[
    "head",
    "install",
    "ln",
    "mkdir",
    "mkfs.ext4",
    "mktemp",
    "mountpoint",
    "mv",
    "python3",
    "readlink",
    "rm",
  ],
  ...["sha256sum", "sleep", "systemctl", "tar", "timeout", "touch", "tr", "uname", "useradd"],
];

describe.skipIf(labProblem() !== undefined)("the root file system of the test machines", () => {
  let root: string;
  beforeAll(async () => {
    root = await rootFileSystem();
  }, 600_000);

  async function inMachine(...words: readonly string[]): Promise<string> {
    const layer = await Layer.create();
    onTestFinished(() => layer.remove());
    const { stdout, stderr, failure } = await layer.run(...words);
    expect(failure, stderr).toBeUndefined();
    return stdout;
  }

  test("is Debian 13 with its systemd and cloud-init", async () => {
    expect(await inMachine("cat", "/etc/debian_version")).toMatch(/^13\./);
    expect(await inMachine("systemctl", "--version")).toMatch(/^systemd 257 /);
    expect(await inMachine("cloud-init", "--version")).toMatch(/cloud-init 25\.1\./);
  });

  test("starts at boot what Debian's EC2 image starts, and no timers that go by the clock", async () => {
    const started = ["systemd-networkd", "systemd-networkd-wait-online", "systemd-resolved"];
    const stages = [
      "cloud-init-main",
      "cloud-init-local",
      "cloud-init-network",
      "cloud-config",
      "cloud-final",
    ];
    for (const unit of [...started, ...stages])
      expect(await inMachine("systemctl", "is-enabled", `${unit}.service`), unit).toBe("enabled");
    const timers = await inMachine("systemctl", "list-unit-files", "--type=timer", "--no-legend");
    expect(timers).toMatch(/^apt-daily.timer +masked /m);
    expect(timers).not.toMatch(/ enabled +enabled/);
  });

  test("has no identity yet, and asks resolved for names, which asks no neighbours", async () => {
    for (const file of ["machine-id", "hostname"])
      expect(await readFile(join(root, "etc", file), "utf8")).toBe("");
    expect(await inMachine("readlink", "/etc/resolv.conf")).toBe("../run/systemd/resolve/stub-resolv.conf");
    expect(await inMachine("systemd-analyze", "cat-config", "systemd/resolved.conf")).toMatch(/^LLMNR=no$/m);
    expect(await inMachine("grep", "^hosts:", "/etc/nsswitch.conf")).toMatch(
      /\bresolve \[!UNAVAIL=return\] dns/,
    );
  });

  test("makes cloud-init believe that it is on AWS, and look nowhere else", async () => {
    expect(JSON.parse(await inMachine("python3", "-c", LOOK))).toEqual({
      cloud: "aws",
      sources: ["Ec2"],
      hostKeys: [],
    });
  });

  test("only does so by the id of the machine", async () => {
    const look = await inMachine("sh", "-c", 'rm /etc/ec2-uuid && exec python3 -c "$1"', "sh", LOOK);
    expect(JSON.parse(look)).toMatchObject({ cloud: "unknown" });
  });

  test("has each program that our user data starts", async () => {
    const found = await inMachine(
      "sh",
      "-c",
      'for name; do command -v "$name" || echo "no $name"; done',
      "sh",
      ...PROGRAMS,
    );
    expect(found.split("\n").filter((line) => line.startsWith("no "))).toEqual([]);
  });

  test("leaves nothing of Python to be compiled at the first boot", async () => {
    const compile =
      "import compileall, sys; sys.exit(not compileall.compile_dir('/usr/lib/python3', quiet=1))";
    const written = await inMachine(
      "sh",
      "-c",
      `touch /now && python3 -c "${compile}" && find /usr -newer /now -type f`,
    );
    expect(written).toBe("");
  });

  test("keeps owners, modes and devices as they must be", async () => {
    const seen = await inMachine(
      ...["stat", "--format=%n %A %U:%G", "/", "/tmp", "/etc/shadow", "/usr/bin/su", "/dev/null"],
    );
    expect(seen.split("\n")).toEqual([
      "/ drwxr-xr-x root:root",
      "/tmp drwxrwxrwt root:root",
      "/etc/shadow -rw-r----- root:shadow",
      "/usr/bin/su -rwsr-xr-x root:root",
      "/dev/null crw-rw-rw- root:root",
    ]);
  });

  test("is there already when it is asked for again", async () => {
    const before = await stat(root);
    expect(await rootFileSystem()).toBe(root);
    const after = await stat(root);
    expect([after.ino, after.ctimeMs, after.mtimeMs]).toEqual([before.ino, before.ctimeMs, before.mtimeMs]);
  });
});
