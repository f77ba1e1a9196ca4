import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { memberPrefix, tarballKey } from "../../lib/cluster/bucket";
import type { AwsCluster } from "../../lib/cluster/cluster";
import { programs } from "../../lib/rendering";
import { renderUserDataFiles } from "../../lib/rendering/member-files";
import { renderSetupScript } from "../../lib/rendering/scripts";
import { TestAuthority } from "../support/certificates";
import { defaultEtcd } from "../support/etcd";
import { Ec2Surroundings } from "./support/ec2-surroundings";
import { awsCluster, memberOf, PKI } from "./support/fixtures";
import { isRoot, type PrivateMachine } from "./support/private-machine";
import { packRelease } from "./support/release-tarball";

/** The first run on a machine downloads etcd. */
const FIRST_RUN_MS = 300_000;

/** As etcd-setup.service starts it. */
const SETUP = "set -a; . /etc/etcd/etcd.env; set +a; /usr/local/sbin/etcd-setup";

/** There is no systemd on these machines: this says what it was told. */
const SYSTEMCTL = '#!/bin/sh\necho "systemctl $*"\n';

describe.skipIf(!isRoot)("etcd-setup, run for real but for systemctl", { timeout: 120_000 }, () => {
  let folder: string;
  let cluster: AwsCluster;
  let tarball: string;
  let surroundings: Ec2Surroundings;
  let machine: PrivateMachine;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "setup-script-"));
    const etcd = await defaultEtcd();
    const { path, sha256 } = await packRelease(etcd, folder);
    tarball = path;
    cluster = awsCluster({
      memberCount: 1,
      architecture: "amd64",
      tls: PKI,
      etcd: { release: etcd.release, sha256: { amd64: sha256 } },
    });
    surroundings = await Ec2Surroundings.create(cluster);
    await uploadCertificates();
  }, FIRST_RUN_MS);
  afterAll(async () => {
    await surroundings?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await surroundings.upload(tarballKey(cluster), tarball);
    const member = memberOf(cluster);
    machine = await surroundings.machine(member);
    for (const { path, content } of renderUserDataFiles(cluster, member))
      if (!/^\/etc\/(systemd|profile\.d)\//.test(path)) await machine.install(path, content);
    await machine.install("/usr/local/sbin/systemctl", SYSTEMCTL);
    await withDeadline(60);
  });
  afterEach(async () => {
    await surroundings.wayToS3("open");
    await machine.remove();
  });

  async function uploadCertificates(): Promise<void> {
    for (const [ca, leaf] of [
      ["client-ca", "server"],
      ["peer-ca", "peer"],
    ] as const) {
      const authority = await TestAuthority.create(join(folder, ca));
      const { certFile, keyFile } = await authority.issue(leaf);
      const files = { [`${ca}.crt`]: authority.caFile, [`${leaf}.crt`]: certFile, [`${leaf}.key`]: keyFile };
      for (const [name, file] of Object.entries(files))
        await surroundings.put(`${memberPrefix(memberOf(cluster))}${name}`, await readFile(file, "utf8"));
    }
  }

  function withDeadline(deadlineSeconds: number): Promise<void> {
    const script = renderSetupScript(cluster, { deadlineSeconds, pauseSeconds: 1 });
    return machine.install("/usr/local/sbin/etcd-setup", script);
  }

  const run = (commands = SETUP) => machine.run(commands, surroundings.env);

  test("brings everything to the machine, and starts etcd last; a second run does the same", async () => {
    for (const installed of [true, false]) {
      const { failure, stdout, stderr } = await run();
      expect(failure, stderr).toBeUndefined();
      expect(stdout).toBe(
        [
          ...(installed
            ? [
                "etcd-sync: certificates and keys are installed",
                `etcd-install: etcd ${cluster.etcd.release} is installed`,
              ]
            : []),
          "systemctl start var-lib-etcd.mount",
          "systemctl enable etcd.service",
          "systemctl enable --now etcd-sync.timer",
          "systemctl start --no-block etcd.service",
          "systemctl disable etcd-setup.service",
        ].join("\n"),
      );
    }
    const { stdout } = await run("cd /usr/local/sbin; stat -c '%n %a %U' etcd-* /usr/local/bin/*; ls -A");
    expect(stdout.split("\n").slice(0, 8)).toEqual([
      "etcd-bucket 755 root",
      "etcd-data-volume 755 root",
      "etcd-install 755 root",
      "etcd-join 755 root",
      "etcd-setup 755 root",
      "etcd-sync 755 root",
      "/usr/local/bin/etcd 755 root",
      "/usr/local/bin/etcdctl 755 root",
    ]);
    for (const { path, content } of programs())
      expect(await readFile(machine.path(path), "utf8")).toBe(content);
  });

  test("gets by without anybody when S3 comes back", async () => {
    await surroundings.wayToS3("closed");
    let log = "";
    const setup = await machine.start(SETUP, surroundings.env, (text) => (log += text));
    const ended = once(setup, "close");
    const refused = /^etcd-bucket: GET http.*\/programs\/etcd-sync: \[Errno 111\] Connection refused$/m;
    await expect.poll(() => log, { timeout: 60_000 }).toMatch(refused);
    await surroundings.wayToS3("open");
    await ended;
    expect(log).toContain("systemctl start --no-block etcd.service");
    expect(setup.exitCode).toBe(0);
  });

  test("fails when S3 stays away, and says so", async () => {
    await surroundings.wayToS3("closed");
    await withDeadline(2);
    const { exitCode, stdout, stderr } = await run();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /\netcd-setup: FAILED: fetch_programs\. The lines above say why\. It is tried again in a minute$/,
    );
  });

  test("runs no program that is another one than the definition was rendered with", async () => {
    const [{ key, content } = { key: "", content: "" }] = programs();
    await surroundings.put(key, `#!/bin/sh\necho hacked\n`);
    const { exitCode, stdout, stderr } = await run();
    await surroundings.put(key, content);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "etcd-sync: FAILED" });
    expect(stderr).toContain("etcd-setup: FAILED: fetch_programs");
    expect((await run("ls /usr/local/sbin")).stdout).not.toContain("etcd-sync");
  });

  test("installs no tarball with another checksum, and does not try it over and over", async () => {
    await surroundings.put(tarballKey(cluster), "no tarball");
    const { exitCode, stderr } = await run();
    expect(exitCode).toBe(1);
    expect(stderr.match(/the tarball has the sha256/g)).toHaveLength(1);
    expect(stderr).toContain("etcd-setup: FAILED: /usr/local/sbin/etcd-install");
    expect((await run("ls /usr/local/bin")).stdout).toBe("");
  });

  test("does not start etcd when the volume cannot be mounted", async () => {
    const failing = `${SYSTEMCTL}[ "$*" != "start var-lib-etcd.mount" ]\n`;
    await machine.install("/usr/local/sbin/systemctl", failing);
    const { exitCode, stdout, stderr } = await run();
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/systemctl start var-lib-etcd\.mount$/);
    expect(stderr).toContain("etcd-setup: FAILED: systemctl start var-lib-etcd.mount.");
  });
});
