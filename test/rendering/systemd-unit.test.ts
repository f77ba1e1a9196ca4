import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../../lib/local/run-program";
import {
  renderDataVolumeUnit,
  renderMountUnit,
  renderSetupUnit,
  renderSyncTimer,
  renderSyncUnit,
  renderUnit,
} from "../../lib/rendering/systemd-unit";
import { debianTool } from "../support/debian-tools";
import { awsCluster, PKI } from "./support/fixtures";

/** The first run on a machine downloads the packages. */
const FIRST_RUN_MS = 300_000;

const CLUSTER = awsCluster({ tls: PKI });

const UNITS = {
  "etcd.service": renderUnit(CLUSTER),
  "var-lib-etcd.mount": renderMountUnit(),
  "etcd-data-volume.service": renderDataVolumeUnit(),
  "etcd-setup.service": renderSetupUnit(),
  "etcd-sync.service": renderSyncUnit(CLUSTER),
  "etcd-sync.timer": renderSyncTimer(),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "units-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function analyze(args: readonly string[], units: Readonly<Record<string, string>>) {
  const { command, env } = await debianTool("systemd-analyze");
  const files = Object.keys(units).map((name) => join(folder, name));
  for (const [name, text] of Object.entries(units)) await writeFile(join(folder, name), text);
  const [program, ...prefix] = command;
  return runProgram(program, [...prefix, ...args, ...files], { env });
}

test.each(Object.entries(UNITS))("the whole %s", async (name, text) => {
  await expect(text).toMatchFileSnapshot(`__snapshots__/${name}`);
});

describe("systemd-analyze verify", () => {
  async function complaints(units: Readonly<Record<string, string>>): Promise<string[]> {
    const { stdout, stderr } = await analyze(["verify"], units);
    return `${stdout}\n${stderr}`.split("\n").filter((line) => line !== "");
  }

  test(
    "misses nothing but the programs that are installed on the machine",
    async () => {
      const lines = await complaints(UNITS);
      const missing = lines.map(
        (line) => /Command (\S+) is not executable: No such file/.exec(line)?.[1] ?? line,
      );
      expect(missing.sort()).toEqual([
        "/usr/local/bin/etcd",
        "/usr/local/sbin/etcd-data-volume",
        "/usr/local/sbin/etcd-join",
        "/usr/local/sbin/etcd-setup",
        "/usr/local/sbin/etcd-sync",
      ]);
    },
    FIRST_RUN_MS,
  );

  test("refuses a misspelt setting", async () => {
    const broken = UNITS["etcd.service"].replace("OOMScoreAdjust=", "OOMScoreAdjustment=");
    expect((await complaints({ "etcd.service": broken })).join("\n")).toMatch(
      /Unknown key.*OOMScoreAdjustment/,
    );
  });
});

describe("systemd-analyze security", () => {
  // 1.1 with systemd 252 and 257. What is left is the network, AF_UNIX for sd_notify, and no chroot. Ordinary services: above 9.
  const args = ["security", "--offline=true", "--threshold=12"];

  test(
    "finds the exposure at most 1.2",
    async () => {
      const { failure, stdout } = await analyze(args, { "etcd.service": UNITS["etcd.service"] });
      expect(failure, stdout).toBeUndefined();
      expect(stdout).toMatch(/Overall exposure level for etcd\.service: [01]\.\d OK/);
    },
    FIRST_RUN_MS,
  );

  test("fails if a part of the sandbox is taken away", async () => {
    const weaker = UNITS["etcd.service"]
      .replace("ProtectSystem=strict\n", "")
      .replace("NoNewPrivileges=yes\n", "");
    const { exitCode } = await analyze(args, { "etcd.service": weaker });
    expect(exitCode).not.toBe(0);
  });
});

test("ExecStart has no flags, since an environment variable that a flag shadows is fatal to etcd", () => {
  expect(UNITS["etcd.service"]).toMatch(/^ExecStart=\/usr\/local\/bin\/etcd$/m);
});

test("a cluster's name cannot smuggle a specifier into the unit", () => {
  expect(renderUnit({ ...CLUSTER, name: "100%n" })).toContain("Description=etcd member of cluster 100%%n\n");
});
