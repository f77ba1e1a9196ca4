/** `verify` and `status` against an etcd that nobody deployed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { jsonSchemaVersion } from "../../lib/verification/printers/json";
import { processTree } from "../../lib/cli/process-tree";
import { CLI, CliProject, STACK } from "../support/cli";
import { freePortRange } from "../support/free-ports";
import { RawCluster } from "../support/raw-cluster";
import { defaultEtcd } from "../support/etcd";

const TEST_MS = 60_000;
const COLOUR = /\u001b\[3\dm/;

let etcd: RawCluster;
let project: CliProject;
let ask: string[];
beforeAll(async () => {
  project = await CliProject.createKept();
  etcd = await RawCluster.start({ binaries: await defaultEtcd(), size: 1 });
  ask = ["--endpoints", etcd.endpoints.join(",")];
});
afterAll(async () => {
  await etcd.stop();
  await project.dispose();
});

describe("any etcd", { timeout: TEST_MS }, () => {
  test("is verified by its endpoints, without definition or state", async () => {
    const { code, stdout } = await project.run(["verify", ...ask, "--cluster", "nowhere.yaml"]);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain("the cluster is healthy");
    expect(project.created()).toEqual([]);
  });

  test("is told to a program as JSON and nothing else; progress goes to stderr", async () => {
    const verified = await project.run(["verify", ...ask, "--output", "json", "--wait"]);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      schemaVersion: jsonSchemaVersion,
      verdict: "healthy",
      endpoints: [{ endpoint: etcd.endpoints[0] }],
    });
    expect(verified.stderr).toBe(`${etcd.endpoints[0]}: healthy\n`);

    const status = await project.run(["status", ...ask, "--output", "json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({
      schemaVersion: jsonSchemaVersion,
      endpoints: [{ status: { isLeader: true } }],
    });
    expect(status.stderr).toBe("");
  });

  test("that cannot be reached makes both fail, also as JSON", async () => {
    const nobody = ["--endpoints", `http://127.0.0.1:${await freePortRange(1)}`, "--output", "json"];
    const verified = await project.run(["verify", ...nobody]);
    expect(verified.code).toBe(1);
    expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: "unhealthy" });
    const status = await project.run(["status", ...nobody]);
    expect(status.code).toBe(1);
    expect(JSON.parse(status.stdout)).toMatchObject({ endpoints: [{ status: null }] });
  });

  test("leaves the lasting check out when asked to", async () => {
    const { code, stdout } = await project.run([
      "verify",
      ...ask,
      "--output",
      "json",
      "--skip",
      "lease-expires",
    ]);
    expect(code).toBe(0);
    const { checks } = JSON.parse(stdout) as { checks: { id: string }[] };
    expect(checks.map(({ id }) => id)).not.toContain("lease-expires");
  });
});

describe("the output", { timeout: TEST_MS }, () => {
  test.each(["schema", "--help", "verify", "status"])(
    "of %s may go to a reader that is gone",
    async (command) => {
      const words = [command, ...(command === "verify" || command === "status" ? ask : [])].join(" ");
      // The reader closes its end first; what is written then fails with EPIPE.
      const { stdout, stderr } = await project.shell(
        `{ sleep 0.3; $CLI ${words}; echo "exit $?" >&2; } | exec true`,
      );
      expect(stdout).toBe("");
      expect(stderr).toMatch(/exit 0\n$/);
      expect(stderr).not.toMatch(STACK);
      expect(stderr).not.toContain("EPIPE");
    },
  );

  test("may be cut by head", async () => {
    const { stdout, stderr } = await project.shell(`$CLI verify ${ask.join(" ")} | head -1`);
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toBe("");
  });

  test("that a full disk does not take is an error", async () => {
    const { code, stderr } = await project.shell("exec $CLI schema >/dev/full");
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: cannot write the output: .*ENOSPC/);
    expect(stderr).not.toMatch(STACK);
  });

  test("has colours on a terminal only, and none with NO_COLOR", async () => {
    const quick = ["verify", ...ask, "--checks", "raft-term"];
    const inTerminal = async (env: Record<string, string | undefined>): Promise<string> => {
      const command = [process.execPath, ...CLI, ...quick].join(" ");
      const words = ["script", "--quiet", "--flush", "--return", "--command", command, "/dev/null"];
      const { code, output } = await project.startProgram(words, {
        env: { SHELL: "/bin/sh", TERM: "xterm", ...env },
      }).result;
      expect(code, output).toBe(0);
      expect(stripVTControlCharacters(output)).toContain("is healthy");
      return output;
    };
    expect(await inTerminal({})).toMatch(COLOUR);
    expect(await inTerminal({ NO_COLOR: "1" })).not.toMatch(COLOUR);
    expect(await inTerminal({ NO_COLOR: "" })).toMatch(COLOUR);
    expect((await project.run(quick)).stdout).not.toMatch(COLOUR);
    const forced = await project.run(quick, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    expect(forced.stdout).toMatch(COLOUR);
  });

  test("is kept in files too, all of one run", async () => {
    const reports = ["json=report.json", "junit=report.xml", "html=report.html", "prometheus=etcd.prom"];
    const { code, output } = await project.run([
      "verify",
      ...ask,
      ...reports.flatMap((one) => ["--report", one]),
    ]);
    expect(code, output).toBe(0);
    const kept = (file: string): string => readFileSync(join(project.folder, file), "utf8");
    expect(JSON.parse(kept("report.json"))).toMatchObject({ verdict: "healthy" });
    expect(kept("report.xml")).toContain("<testsuite");
    expect(kept("report.html")).toContain("</html>");
    expect(kept("etcd.prom")).toMatch(/^# HELP /m);
    expect(readdirSync(project.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("ends at once with 130 by Ctrl-C, while verify waits", async () => {
    const nobody = `http://127.0.0.1:${await freePortRange(1)}`;
    const verify = project.start(["verify", "--endpoints", nobody, "--wait", "10m"]);
    await expect.poll(() => verify.output(), { timeout: 20_000 }).toContain("connection refused");
    process.kill(-verify.child.pid!, "SIGINT");
    const { code, stderr, stdout } = await verify.result;
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted\n$/);
    expect(stdout).toBe("");
  });
});

describe("a shell that is set up for etcdctl", { timeout: TEST_MS }, () => {
  const shell = (): Record<string, string> => ({ ETCDCTL_ENDPOINTS: etcd.endpoints.join(",") });

  test("needs no options, and is told who is asked", async () => {
    const { code, stderr } = await project.run(["status"], { env: shell() });
    expect(code, stderr).toBe(0);
    expect(stderr).toBe(`asking ETCDCTL_ENDPOINTS: ${etcd.endpoints[0]}\n`);
  });

  test("means nothing to the step inside a deploy", async () => {
    const { code, stderr } = await project.run(["verify", "--post-deploy"], { env: shell() });
    expect(code).toBe(4);
    expect(stderr).toContain("the cluster e2e is not deployed here");
    expect(stderr).toContain("--from definition");
  });

  test("has its deadline for a call", async () => {
    const { code, stderr } = await project.run(["status"], {
      env: { ...shell(), ETCDCTL_COMMAND_TIMEOUT: "soon" },
    });
    expect(code).toBe(2);
    expect(stderr).toContain("ETCDCTL_COMMAND_TIMEOUT ");
  });
});

describe("status --watch", { timeout: TEST_MS }, () => {
  const watch = [...CLI, "status", "--watch", "200ms"];

  test("gives a line of JSON per round, and ends well by Ctrl-C", async () => {
    const running = project.start(["status", "--watch", "200ms", ...ask, "--output", "json"]);
    const rounds = (): string[] => running.output().trimEnd().split("\n");
    await vi.waitFor(() => expect(rounds().length).toBeGreaterThan(2), { timeout: 20_000 });
    process.kill(-running.child.pid!, "SIGINT");
    const { code, stdout, stderr } = await running.result;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const line of stdout.trimEnd().split("\n"))
      expect(JSON.parse(line)).toMatchObject({
        askedAt: expect.stringMatching(/Z$/),
        endpoints: [{ status: { isLeader: true } }],
      });
  });

  test("exits as the last round would", async () => {
    const nobody = `http://127.0.0.1:${await freePortRange(1)}`;
    const running = project.start(["status", "--watch", "200ms", "--endpoints", nobody]);
    await vi.waitFor(() => expect(running.output()).toContain("connection refused"), { timeout: 20_000 });
    process.kill(-running.child.pid!, "SIGINT");
    expect((await running.result).code).toBe(1);
  });

  test("ends when nobody reads on", async () => {
    const { stdout, stderr } = await project.shell(
      `{ $CLI status --watch 200ms ${ask.join(" ")} --output json; echo "exit $?" >&2; } | head -1`,
      { timeoutMs: 30_000 },
    );
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toBe("exit 0\n");
  });

  test("is printed over in place on a terminal, which is left as it was", async () => {
    const command = [process.execPath, ...watch, ...ask].join(" ");
    const words = [
      "script",
      "--quiet",
      "--flush",
      "--return",
      "--command",
      `stty rows 30 cols 200; exec ${command}`,
      "/dev/null",
    ];
    const running = project.startProgram(words, { env: { SHELL: "/bin/sh", TERM: "xterm" } });
    const frames = (): string[] => running.output().split("\u001b[J");
    await vi.waitFor(() => expect(frames().length).toBeGreaterThan(3), { timeout: 20_000 });
    const [, second = ""] = frames();
    // Back up over the line that says how it ends, and the table of five.
    expect(second).toMatch(/\u001b\[6A.*Ctrl-C ends it.*\n\+-/s);
    const shown = processTree(running.child.pid!).find(({ name }) => name === "node");
    process.kill(shown!.pid, "SIGINT");
    const { output } = await running.result;
    expect(output).toContain("\u001b[?25l");
    expect(output.slice(output.lastIndexOf("\u001b[?25l"))).toContain("\u001b[?25h");
    expect(output.slice(output.lastIndexOf("\u001b[?7l"))).toContain("\u001b[?7h");
  });
});
