import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { CliProject, STACK } from "../../support/cli";

const TEST_MS = 240_000;
const MEMBERS = ["etcd-0", "etcd-1", "etcd-2"];

test(
  "Ctrl-C during up ends it, and the next up completes what was begun",
  async () => {
    const project = await CliProject.create();
    const up = project.start(["up"]);
    const isStarting = (name: string): boolean => existsSync(project.memberFolder(name).recordFile);
    await vi.waitUntil(() => MEMBERS.some(isStarting) || up.child.exitCode !== null, {
      timeout: TEST_MS,
      interval: 5,
    });
    expect(up.child.exitCode, up.output()).toBeNull();
    // As a terminal does: to everything in its foreground.
    process.kill(-up.child.pid!, "SIGINT");
    const { code, stderr, output } = await up.result;
    expect(code, output).toBe(130);
    expect(stderr).toContain("interrupted during cdktf deploy");
    expect(output).not.toMatch(STACK);
    expect(project.state().resources.length).toBeGreaterThan(0);
    const begun = project.pids();

    const next = await project.run(["up"]);
    expect(next.code, next.output).toBe(0);
    expect(next.stdout).toContain("cluster e2e is healthy");
    expect(Object.keys(project.pids())).toEqual(MEMBERS);
    // What had started was recorded, so that Terraform replaced it or kept it; nothing runs beside.
    const kept = Object.values(project.pids());
    for (const pid of Object.values(begun))
      if (!kept.includes(pid)) expect(etcdsIn(project)).not.toContain(pid);
    expect(etcdsIn(project)).toHaveLength(3);

    const down = await project.run(["down"]);
    expect(down.code, down.output).toBe(0);
    expect(etcdsIn(project)).toEqual([]);
  },
  TEST_MS,
);

test(
  "a second up while one is at work does no damage",
  async () => {
    const project = await CliProject.create({ members: 1 });
    const both = await Promise.all([project.run(["up"]), project.run(["up"])]);
    const outputs = both.map(({ output }) => output).join("\n---\n");
    expect(
      both.map(({ code }) => code),
      outputs,
    ).toContain(0);
    for (const { code, output } of both) {
      expect([0, 4], outputs).toContain(code);
      expect(output).not.toMatch(STACK);
    }

    const after = await project.run(["up"]);
    expect(after.code, after.output).toBe(0);
    expect(after.stdout).toContain("cluster e2e is healthy");
    expect(etcdsIn(project)).toEqual([project.pid("etcd-0")]);
  },
  TEST_MS,
);

/** Pids of all processes that work in a member's folder, recorded or not. */
function etcdsIn(project: CliProject): number[] {
  const folders = MEMBERS.map((name) => project.memberFolder(name).path);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => folders.includes(workingFolderOf(pid)));
}

function workingFolderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
