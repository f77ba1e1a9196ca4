/** One cluster through all that happens to it; each test goes on where the one before ended. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pkiLayout } from "../../../lib/cluster/pki-layout";
import { isRunning } from "../../../lib/local";
import { CliProject, type CliResult, STACK } from "../../support/cli";
import { isFree } from "../../support/free-ports";
import { etcdctlRows, statusRows } from "./status-rows";

/** On a busy machine with two cores; a deploy takes 5 to 15 s. */
const STEP_MS = 120_000;
const MEMBERS = ["etcd-0", "etcd-1", "etcd-2"];

let project: CliProject;
let first: CliResult;
beforeAll(async () => {
  project = await CliProject.createKept();
  first = await project.run(["up"]);
}, STEP_MS);
afterAll(() => project.dispose(), STEP_MS);

async function put(key: string, value: string): Promise<void> {
  const result = await project.etcdctl(["put", key, value]);
  expect(result.output).toContain("OK");
}

async function get(key: string): Promise<string> {
  return (await project.etcdctl(["get", key, "--print-value-only"])).stdout.trim();
}

describe("a cluster of three on this machine", { concurrent: false, timeout: STEP_MS }, () => {
  test("is up with one command, and verified", () => {
    expect(first.code, first.output).toBe(0);
    expect(Object.keys(project.pids())).toEqual(MEMBERS);
    expect(first.stdout).toContain("cluster e2e on this machine: 3 members, quorum 2, survives 1 failed");
    expect(first.stdout).toMatch(/cluster e2e is healthy: \d+ passed, .*\b0 failed/);
    expect(first.stdout).toContain("Apply complete! Resources: 5 added, 0 changed, 0 destroyed.");
    expect(first.output).not.toMatch(STACK);
  });

  test("has certificates of its own, which were made on the way, and nobody else may read the keys", () => {
    expect(first.stdout).toContain("made 9 certificates and their keys in pki/e2e\n");
    for (const endpoint of project.endpoints()) expect(first.stdout).toContain(`| ${endpoint} |`);
    const { server, peer } = pkiLayout("e2e");
    for (const { keyFile } of [server("etcd-0"), peer("etcd-0")])
      expect(statSync(join(project.folder, keyFile)).mode & 0o777).toBe(0o600);
  });

  test("names the etcd once, and each member's process once", () => {
    const count = (text: string | RegExp): number => first.stdout.split(text).length - 1;
    expect(count(`etcd ${project.etcd.release} from PATH`)).toBe(1);
    for (const member of MEMBERS) expect(count(`${member}: started`)).toBe(1);
    expect(count("cluster e2e is healthy")).toBe(1);
  });

  test("is what the status says, field by field as etcdctl does", async () => {
    // An index moves with any write, also the cluster's own: look until both looks fell between two of them.
    await expect
      .poll(
        async () => {
          const [ours, theirs] = [await statusRows(project), await etcdctlRows(project)];
          return ours.map((row, index) =>
            JSON.stringify(row) === JSON.stringify(theirs[index]) ? "same" : [row, theirs[index]],
          );
        },
        { timeout: 30_000 },
      )
      .toEqual(["same", "same", "same"]);
  });

  test("is healthy to etcdctl as well", async () => {
    const { code, output } = await project.etcdctl(["endpoint", "health", "-w", "json"]);
    expect(code, output).toBe(0);
    const rows = JSON.parse(output) as { endpoint: string; health: boolean }[];
    expect(rows.map(({ endpoint, health }) => [endpoint, health]).toSorted()).toEqual(
      project.endpoints().map((endpoint) => [endpoint, true]),
    );
    expect((await project.run(["verify"])).code).toBe(0);
  });

  test("does not change when nothing changed", async () => {
    const before = project.pids();
    const { code, stdout } = await project.run(["up"]);
    expect(code).toBe(0);
    expect(stdout).toContain("No changes.");
    expect(stdout).toContain("cluster e2e is healthy");
    expect(project.pids()).toEqual(before);
  });

  test("is left alone by a definition with a mistake", async () => {
    const before = project.pids();
    await project.write("cluster.yaml", "name: e2e\nmembers: 4\n");
    const { code, stderr } = await project.run(["up"]);
    expect(code).toBe(2);
    expect(stderr).toContain("cluster.yaml:2:10 members: ");
    await project.define();
    expect(project.pids()).toEqual(before);
  });

  test("is left alone by another member count, which data of three cannot take on", async () => {
    const before = project.pids();
    for (const members of [1, 5]) {
      await project.define({ members });
      const { code, stderr } = await project.run(["up"]);
      expect(code).toBe(4);
      expect(stderr).toMatch(
        /belongs to a cluster with another initial cluster|is not in the definition any more/,
      );
      expect(stderr).toContain("cdktf-etcd down --delete-data");
      expect(project.pids()).toEqual(before);
    }
    await project.define();
  });

  test("is unhealthy when a member is frozen, which takes bounded time to find out", async () => {
    await project.signal("etcd-1", "SIGSTOP");
    try {
      const { code, stdout, tookMs } = await project.run(["verify", "--call-timeout", "1s"]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/✗ every member answers\n +etcd-1\b.*: .*no answer within 1000 ms/);
      expect(stdout).not.toMatch(/etcd-[02]\b.*: .*no answer/);
      expect(tookMs).toBeLessThan(30_000);
    } finally {
      await project.signal("etcd-1", "SIGCONT");
    }
    expect((await project.run(["verify", "--wait", "30s"])).code).toBe(0);
  });

  test("names the member that was killed, and is repaired by the next deploy, which touches no other", async () => {
    await put("/kept", "through one death");
    const before = project.pids();
    await project.signal("etcd-1", "SIGKILL");

    const verified = await project.run(["verify"]);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toMatch(/✗ every member answers\n +etcd-1\b/);
    expect(verified.stdout).toContain("cluster e2e is unhealthy");
    const status = await project.run(["status"]);
    expect(status.code).toBe(1);
    expect(status.stdout).toContain("connection refused");

    const repaired = await project.run(["up"]);
    expect(repaired.code, repaired.output).toBe(0);
    expect(repaired.stdout).toContain("cluster e2e is healthy");
    const { "etcd-1": pid, ...others } = project.pids();
    expect(pid).not.toBe(before["etcd-1"]);
    expect({ ...others, "etcd-1": before["etcd-1"] }).toEqual(before);
    expect(await get("/kept")).toBe("through one death");
  });

  test("has no quorum after two deaths, says so, and is repaired with its data", async () => {
    const before = project.pids();
    await Promise.all([project.signal("etcd-0", "SIGKILL"), project.signal("etcd-2", "SIGKILL")]);

    const { code, stdout, tookMs } = await project.run(["verify", "--call-timeout", "1s"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ every member answers\n +etcd-0.*etcd-2/);
    expect(stdout).toMatch(/no leader|quorum/);
    expect(tookMs).toBeLessThan(30_000);

    const repaired = await project.run(["up"]);
    expect(repaired.code, repaired.output).toBe(0);
    expect(project.pids()["etcd-1"]).toBe(before["etcd-1"]);
    expect(Object.keys(project.pids())).toEqual(MEMBERS);
    expect(await get("/kept")).toBe("through one death");
  });

  test("runs with a changed setting after the next deploy", async () => {
    const before = project.pids();
    await project.define({ etcd: { settings: { heartbeatIntervalMs: 120, electionTimeoutMs: 1200 } } });
    const { code, output, stdout } = await project.run(["up"]);
    expect(code, output).toBe(0);
    expect(stdout).toContain("cluster e2e is healthy");
    for (const member of MEMBERS) {
      const pid = project.pid(member);
      expect(pid).not.toBe(before[member]);
      expect(environmentOf(pid)).toContain("ETCD_HEARTBEAT_INTERVAL=120");
    }
    expect(await get("/kept")).toBe("through one death");
  });

  test("is gone after down, which keeps the data and says so", async () => {
    const before = project.running();
    const { code, stdout } = await project.run(["down"]);
    expect(code).toBe(0);
    for (const member of MEMBERS) {
      expect(stdout).toContain(`${member}: kept ${project.memberFolder(member).dataDir} (`);
      expect(isRunning(before[member]!)).toBe(false);
    }
    expect(stdout).toContain("Destroy complete! Resources: 5 destroyed.");
    for (let port = project.firstPort; port < project.firstPort + 6; port += 1)
      expect(await isFree(port)).toBe(true);
    expect(project.running()).toEqual({});
    const again = await project.run(["verify"]);
    expect(again.code).toBe(4);
    expect(again.stderr).toContain("the cluster e2e is not deployed here");
  });

  test("has its data again when it is up again, and no more after down --delete-data", async () => {
    expect((await project.run(["up"])).code).toBe(0);
    expect(await get("/kept")).toBe("through one death");
    const { code, stdout } = await project.run(["down", "--delete-data"]);
    expect(code).toBe(0);
    expect(stdout).toContain("deleted .cdktf-etcd/e2e");
    expect(existsSync(project.stateDir)).toBe(false);
    expect(stdout).toContain("kept pki/e2e: the CAs and certificates");
    expect(existsSync(join(project.folder, pkiLayout("e2e").clientCa.keyFile))).toBe(true);
    expect((await project.run(["down"])).code).toBe(0);
  });
});

function environmentOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
}
