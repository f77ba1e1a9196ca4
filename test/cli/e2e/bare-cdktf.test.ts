/** Without our own commands: what anybody does who knows CDKTF. */
import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { isRunning } from "../../../lib/local";
import { APP, CDKTF, CliProject } from "../../support/cli";
import { freePortRange } from "../../support/free-ports";

const STEP_MS = 150_000;
const MEMBERS = ["etcd-0", "etcd-1", "etcd-2"];

let project: CliProject;
beforeAll(async () => {
  project = await CliProject.createKept({ name: "bare" });
  const app = ["node", ...APP.map((path) => relative(project.folder, path))].join(" ");
  const manifest = { language: "typescript", app, projectId: "bare", sendCrashReports: "false" };
  await project.write("cdktf.json", JSON.stringify(manifest));
});
afterAll(() => project.dispose(), STEP_MS);

describe("plain cdktf", { concurrent: false, timeout: STEP_MS }, () => {
  test("fails for a wrong definition, with all its mistakes, and makes no stack", async () => {
    await project.write("wrong.yaml", "name: Bare_\nmembers: 2\nlocals: {}\n");
    const { code, output } = await project.cdktf(["synth"], { env: { CLUSTER: "wrong.yaml" } });
    expect(code).not.toBe(0);
    expect(output).toMatch(/wrong\.yaml:1:7 name: /);
    expect(output).toMatch(/wrong\.yaml:2:10 members: /);
    expect(output).toMatch(/wrong\.yaml:3:1 locals: unknown key "locals"\n +did you mean "local"\?/);
    expect(project.created().filter((name) => name !== "cdktf.json" && name !== "cdktf.out")).toEqual([]);
    expect(project.stacks()).toEqual([]);
  });

  test("deploys a cluster that outlives the terminal in which that was done", async () => {
    // script(1) is the terminal: when it dies, the kernel hangs up everything that runs in it.
    const line = "echo shell $$; $CDKTF deploy --auto-approve; echo deployed with $?; sleep 600";
    const env = { CDKTF: [process.execPath, CDKTF].join(" "), CI: "1", TARGET: "local", SHELL: "/bin/sh" };
    const terminal = project.startProgram(
      ["script", "--quiet", "--flush", "--return", "--command", line, "/dev/null"],
      { env },
    );
    await vi.waitUntil(() => /deployed with \d/.test(terminal.output()), {
      timeout: STEP_MS,
      interval: 100,
    });
    expect(terminal.output()).toContain("deployed with 0");
    expect(terminal.output()).toContain("made 9 certificates and their keys in pki/bare");
    expect(terminal.output()).toContain("cluster bare is healthy");

    const shell = Number(/shell (\d+)/.exec(terminal.output())?.[1]);
    terminal.child.kill("SIGKILL");
    await vi.waitUntil(() => !isAlive(shell), { timeout: 10_000 });
    expect(Object.keys(project.running())).toEqual(MEMBERS);
    expect((await project.run(["verify"])).code).toBe(0);
  });

  test("changes nothing the second time, although the certificates are there only since the first", async () => {
    const before = project.pids();
    const { code, output } = await project.cdktf(["deploy", "--auto-approve"]);
    expect(code, output).toBe(0);
    expect(output).toContain("No changes.");
    expect(project.pids()).toEqual(before);
  });

  test("fails to apply when the cluster can be reached and is not as defined", async () => {
    const peerUrl = `http://127.0.0.1:${await freePortRange(1)}`;
    const add = ["member", "add", "stranger", `--peer-urls=${peerUrl}`];
    // etcd refuses until its members have been connected for five seconds.
    const stranger = await vi.waitUntil(
      async () => /Member +([0-9a-f]+) added/.exec((await project.etcdctl(add)).output)?.[1],
      { timeout: 30_000, interval: 500 },
    );
    await project.define({ etcd: { settings: { snapshotCount: 20_000 } } });

    const deployed = await project.cdktf(["deploy", "--auto-approve"], { env: { CDKTF_ETCD_TIMEOUT: "3s" } });
    expect(deployed.code).not.toBe(0);
    expect(deployed.output).toContain(peerUrl);
    expect(deployed.output).toContain("cluster bare is unhealthy");
    const before = project.pids();

    const up = await project.run(["up", "--timeout", "3s"]);
    expect(up.code, up.output).toBe(1);
    expect(up.stdout).toContain("cluster bare is unhealthy");

    expect((await project.etcdctl(["member", "remove", stranger])).code).toBe(0);
    const mended = await project.cdktf(["deploy", "--auto-approve"]);
    expect(mended.code, mended.output).toBe(0);
    expect(mended.output).toContain("cluster bare is healthy");
    expect(project.pids()).toEqual(before);
  });

  test("refuses another number of members on the data of three before it stops anything", async () => {
    const before = project.pids();
    await project.define({ members: 5 });
    const { code, output } = await project.cdktf(["deploy", "--auto-approve"]);
    expect(code).not.toBe(0);
    expect(output).toContain("another initial cluster");
    expect(output).toContain("down --delete-data");
    expect(project.pids()).toEqual(before);
    await project.define();
  });

  test("starts a member again whose process and record are both gone", async () => {
    await project.signal("etcd-1", "SIGKILL");
    await rm(project.memberFolder("etcd-1").recordFile);
    const { code, output } = await project.cdktf(["deploy", "--auto-approve"]);
    expect(code, output).toBe(0);
    expect(output).toContain("cluster bare is healthy");
    expect(Object.keys(project.running())).toEqual(MEMBERS);
    const again = await project.cdktf(["deploy", "--auto-approve"]);
    expect(again.output).toContain("No changes.");
  });

  test("destroys what it started, and keeps the data", async () => {
    const records = Object.values(project.running());
    expect(records).toHaveLength(3);
    const { code, output } = await project.cdktf(["destroy", "--auto-approve"]);
    expect(code, output).toBe(0);
    expect(records.map(isRunning)).toEqual([false, false, false]);
    for (const member of MEMBERS) expect(output).toContain(`kept ${project.memberFolder(member).dataDir}`);
    const { stdout } = await project.run(["down", "--delete-data"]);
    expect(stdout).toContain("deleted .cdktf-etcd/bare");
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
