import { access, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { packageRoot } from "../../../lib/package-root";
import {
  ensureHostPackages,
  HOST_PACKAGES,
  installWords,
  labProblem,
  missingPackages,
  UPDATE,
} from "./requirements";
import { Layer } from "./support/layer";

const MAY_ALL = (1n << 41n) - 1n;
const IN_DOCKER = 0xa80425fbn;

describe("why machines cannot run", () => {
  test.each([
    [
      "not Linux",
      { platform: "darwin", uid: 0, capabilities: 0n },
      /this is darwin: run this on a Linux machine/,
    ],
    ["no user ids", { platform: "win32", uid: undefined, capabilities: 0n }, /this is win32/],
    [
      "not root",
      { platform: "linux", uid: 1000, capabilities: 0n },
      /need root .* user 1000: run this with sudo/,
    ],
    [
      "root that may not mount",
      { platform: "linux", uid: 0, capabilities: IN_DOCKER },
      /CAP_SYS_ADMIN.*--privileged/,
    ],
  ] as const)("%s", (_name, host, problem) => {
    expect(labProblem(host)).toMatch(problem);
  });

  test("nothing stands in root's way on Linux", () => {
    expect(labProblem({ platform: "linux", uid: 0, capabilities: MAY_ALL })).toBeUndefined();
  });
});

describe("the packages of the host", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "requirements-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("are those of which a program is missing", async () => {
    for (const program of Object.values(HOST_PACKAGES).flat())
      if (!["nft", "umount"].includes(program)) await symlink("/bin/true", join(folder, program));
    expect(missingPackages(`${folder}:/nowhere`)).toEqual(
      new Map([
        ["nftables", ["nft"]],
        ["mount", ["umount"]],
      ]),
    );
  });

  test("need neither apt nor network when all is there", async () => {
    for (const program of Object.values(HOST_PACKAGES).flat())
      await symlink("/bin/true", join(folder, program));
    await ensureHostPackages(folder);
  });

  test("are named on a machine that has no apt to install them with", async () => {
    await symlink("/bin/true", join(folder, "nft"));
    const words =
      /on PATH \(.*\): systemd-nspawn, .*mmdebstrap.* On Debian: apt-get install .*systemd-container/;
    await expect(ensureHostPackages(folder)).rejects.toThrow(words);
    await expect(ensureHostPackages(folder)).rejects.not.toThrow(/\bnft\b/);
  });

  test("are all among those that CI installs beforehand", async () => {
    const words = (await readFile(join(packageRoot(), ".ci", "run"), "utf8")).split(/\s+/);
    expect(Object.keys(HOST_PACKAGES).filter((name) => !words.includes(name))).toEqual([]);
  });

  test.skipIf(labProblem() !== undefined)(
    "bring their programs to a Debian that is as good as empty",
    { timeout: 300_000 },
    async () => {
      const machine = await Layer.create();
      onTestFinished(() => machine.remove());
      await machine.useHostNetwork();
      for (const words of [UPDATE, installWords(Object.keys(HOST_PACKAGES))]) {
        const { failure, stderr } = await machine.run("apt-get", ...words);
        expect(failure, stderr).toBeUndefined();
      }
      for (const program of ["systemd-nspawn", "mmdebstrap"])
        await access(join(machine.upper, "usr/bin", program));
      const all = Object.values(HOST_PACKAGES).flat();
      const found = await machine.run(
        "sh",
        "-c",
        'for program; do command -v "$program"; done',
        "sh",
        ...all,
      );
      expect(found.stdout.split("\n")).toHaveLength(all.length);
    },
  );
});
