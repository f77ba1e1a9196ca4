/** What keeps a deploy from going on: each with one clear error, and nothing half-started left behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { CliProject, type CliResult, STACK } from "../../support/cli";
import { freePortRange } from "../../support/free-ports";
import { RawMember } from "../../support/raw-cluster";

const TEST_MS = 180_000;

function expectRefusal({ code, output }: CliResult): void {
  expect(code, output).toBe(4);
  expect(output).not.toMatch(STACK);
  expect(output).not.toContain("bug in cdktf-etcd");
}

describe("up refuses, before Terraform is even called,", { timeout: TEST_MS }, () => {
  test("to run without Terraform, and says where to get it", async () => {
    const project = await CliProject.create();
    const refused = await project.run(["up"], { env: { PATH: dirname(project.etcd.etcd) } });
    expectRefusal(refused);
    expect(refused.stderr).toContain("cannot find terraform or tofu on PATH");
    expect(refused.stderr).toContain("https://developer.hashicorp.com/terraform/install");
    expect(project.created()).toEqual([]);
  });

  test("an etcdPath where nothing is, or something else than etcd", async () => {
    const project = await CliProject.create();
    for (const [etcdPath, complaint] of [
      [join(project.folder, "nowhere", "etcd"), "does not run here"],
      [project.folder, "does not run here"],
      ["/bin/true", 'is not etcd: "--version" does not print'],
    ] as const) {
      await project.define({ local: { etcdPath } });
      const refused = await project.run(["up"]);
      expectRefusal(refused);
      expect(refused.stderr).toContain(`the etcd of the definition cannot be used: ${etcdPath} ${complaint}`);
      expect(project.running()).toEqual({});
    }
  });

  test("a pinned release that cannot be had, instead of taking another", async () => {
    // Nobody listens there: as without a network.
    const downloadBaseUrl = `http://127.0.0.1:${await freePortRange(1)}`;
    const project = await CliProject.create({ etcd: { release: "3.5.10", downloadBaseUrl } });
    const refused = await project.run(["up"]);
    expectRefusal(refused);
    expect(refused.stderr).toContain("no etcd 3.5.10 for this machine:");
    expect(refused.stderr).toContain(`${project.etcd.etcd} is etcd ${project.etcd.release}, not 3.5.10`);
    expect(refused.stderr).toContain(downloadBaseUrl);
    expect(project.running()).toEqual({});
    expect(project.stacks()).toEqual([]);
  });
});

test.each(["", "{", "[]", '{"language":"typescript"}'])(
  "up refuses %j as a project file of cdktf, and leaves it as it is",
  { timeout: TEST_MS },
  async (text) => {
    const project = await CliProject.create();
    await project.write("cdktf.json", text);
    const refused = await project.run(["up"]);
    expectRefusal(refused);
    expect(refused.stderr).toContain("cdktf.json is no project file of cdktf");
    expect(readFileSync(join(project.folder, "cdktf.json"), "utf8")).toBe(text);
    expect(project.running()).toEqual({});
  },
);

describe("up refuses", { timeout: TEST_MS }, () => {
  test("ports that others use, all of them at once, and touches neither", async () => {
    const project = await CliProject.create();
    const stranger = await foreignEtcd(project, project.firstPort);
    const socket = createServer().listen(project.firstPort + 5, "127.0.0.1");
    onTestFinished(() => void socket.close());
    await once(socket, "listening");

    const refused = await project.run(["up"]);
    expectRefusal(refused);
    expect(refused.output).toContain(
      `member "etcd-0": 127.0.0.1:${project.firstPort} is in use by another etcd (${project.etcd.release}) that this definition did not start`,
    );
    expect(refused.output).toContain(
      `member "etcd-2": 127.0.0.1:${project.firstPort + 5} is in use by process ${process.pid}`,
    );
    // Once: Terraform repeats in its frame what the step has said.
    expect(refused.output.split("the members cannot start here").length - 1).toBe(1);
    expect(project.running()).toEqual({});
    expect(stranger.isRunning).toBe(true);
  });

  test("an app that cannot synthesize, and shows what that said", async () => {
    const project = await CliProject.create();
    const failed = await project.run(["up"], { env: { CDKTF_CONTEXT_JSON: "{bad" } });
    expect(failed.code, failed.output).toBe(4);
    expect(failed.stdout).toContain("SyntaxError: Expected property name");
    expect(project.stacks()).toEqual([]);
    expect(project.pids()).toEqual({});
  });

  test("a disk without room", async () => {
    const project = await CliProject.create();
    const small = await inSmallFolder(project, "16m", "up");
    expectRefusal(small);
    expect(small.output).toMatch(/has \d+ MiB of disk space left, 600 MiB are needed/);
    expect(project.running()).toEqual({});
  });

  test("a disk that is full to the last byte", async () => {
    const project = await CliProject.create();
    const full = await inSmallFolder(project, "1m", "up", "head -c 2m /dev/zero >filler 2>/dev/null; true");
    expectRefusal(full);
    expect(full.output).toMatch(/disk is full|[Nn]o space left/);
    expect(project.running()).toEqual({});
  });
});

describe("a record of a process", { timeout: TEST_MS }, () => {
  test("whose pid another process has by now makes nobody signal that one", async () => {
    const project = await CliProject.create({ members: 1 });
    expect((await project.run(["up"])).code).toBe(0);
    await project.signal("etcd-0", "SIGKILL");
    const bystander = spawn("sleep", ["600"]);
    onTestFinished(() => void bystander.kill("SIGKILL"));
    const { recordFile } = project.memberFolder("etcd-0");
    const record = JSON.parse(readFileSync(recordFile, "utf8")) as { pid: number };
    const stalePid = record.pid;
    writeFileSync(recordFile, JSON.stringify({ ...record, pid: bystander.pid }));

    const down = await project.run(["down"]);
    expect(down.code, down.output).toBe(0);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();

    writeFileSync(recordFile, JSON.stringify({ ...record, pid: bystander.pid }));
    const up = await project.run(["up"]);
    expect(up.code, up.output).toBe(0);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    expect(project.pid("etcd-0")).not.toBe(stalePid);
  });

  test("that is no record any more makes down ask for help instead of leaving an etcd behind unsaid", async () => {
    const project = await CliProject.create({ members: 1 });
    expect((await project.run(["up"])).code).toBe(0);
    const { recordFile } = project.memberFolder("etcd-0");
    const whole = readFileSync(recordFile);
    onTestFinished(() => writeFileSync(recordFile, whole), TEST_MS);
    writeFileSync(recordFile, '{"pid": ');
    const down = await project.run(["down", "--delete-data"]);
    expectRefusal(down);
    expect(down.output).toContain(
      `${recordFile} is not a record of an etcd process, so nobody knows which process to stop`,
    );
    writeFileSync(recordFile, whole);
    expect(Object.keys(project.running())).toEqual(["etcd-0"]);
  });
});

async function foreignEtcd(project: CliProject, port: number): Promise<RawMember> {
  const [endpoint, peerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${await freePortRange(1)}`];
  const flags = [`--name=stranger`, `--data-dir=${join(project.folder, "stranger")}`];
  const urls = [
    `--listen-client-urls=${endpoint}`,
    `--advertise-client-urls=${endpoint}`,
    `--listen-peer-urls=${peerUrl}`,
  ];
  const cluster = [`--initial-advertise-peer-urls=${peerUrl}`, `--initial-cluster=stranger=${peerUrl}`];
  const member = new RawMember("stranger", endpoint, peerUrl, project.etcd.etcd, [
    ...flags,
    ...urls,
    ...cluster,
  ]);
  onTestFinished(() => member.kill());
  member.start();
  await member.ready();
  return member;
}

/** In a file system of its own that ends with the command: the mount is in a namespace that nobody else is in. */
function inSmallFolder(
  project: CliProject,
  size: string,
  command: string,
  before = "true",
): Promise<CliResult> {
  const namespace = process.getuid?.() === 0 ? "-m" : "-rm";
  const disk = join(project.folder, "disk");
  const prepare = [
    `mkdir ${disk}`,
    `mount -t tmpfs -o size=${size} tmpfs ${disk}`,
    `cp cluster.yaml ${disk}`,
    `cd ${disk}`,
  ];
  const line = [...prepare, `{ ${before}; }`, `exec $CLI ${command}`].join(" && ");
  return project.shell(`exec unshare ${namespace} /bin/sh -c '${line}'`, { env: {} });
}
