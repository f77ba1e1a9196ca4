/** `verify` and `status` against an etcd that nobody deployed. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLI, CliProject, STACK } from "../support/cli";
import { freePortRange } from "../support/port-range";
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
    const verified = await project.run(["verify", ...ask, "--output", "json"]);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      schemaVersion: 1,
      verdict: "healthy",
      endpoints: [{ endpoint: etcd.endpoints[0] }],
    });
    expect(verified.stderr).toBe(`${etcd.endpoints[0]}: healthy\n`);

    const status = await project.run(["status", ...ask, "--output", "json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({
      schemaVersion: 1,
      endpoints: [{ status: { isLeader: true } }],
    });
    expect(status.stderr).toBe("");
  });

  test("that cannot be reached makes both fail, also as JSON", async () => {
    const nobody = ["--endpoints", `http://127.0.0.1:${await freePortRange(1)}`, "--output", "json"];
    const verified = await project.run(["verify", ...nobody, "--timeout", "0s"]);
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
    expect(stderr).toBe(`${etcd.endpoints[0]}: healthy\n`);
  });

  test("that a full disk does not take is an error", async () => {
    const { code, stderr } = await project.shell("exec $CLI schema >/dev/full");
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: cannot write the output: .*ENOSPC/);
    expect(stderr).not.toMatch(STACK);
  });

  test("has colours on a terminal only, and none with NO_COLOR", async () => {
    const inTerminal = async (env: Record<string, string | undefined>): Promise<string> => {
      const command = [process.execPath, ...CLI, "verify", ...ask].join(" ");
      const words = ["script", "--quiet", "--flush", "--return", "--command", command, "/dev/null"];
      const { code, output } = await project.startProgram(words, {
        env: { SHELL: "/bin/sh", TERM: "xterm", ...env },
      }).result;
      expect(code, output).toBe(0);
      expect(output).toContain("is healthy");
      return output;
    };
    expect(await inTerminal({})).toMatch(COLOUR);
    expect(await inTerminal({ NO_COLOR: "1" })).not.toMatch(COLOUR);
    expect(await inTerminal({ NO_COLOR: "" })).toMatch(COLOUR);
    expect((await project.run(["verify", ...ask])).stdout).not.toMatch(COLOUR);
  });

  test("ends at once with 130 by Ctrl-C, while verify waits", async () => {
    const nobody = `http://127.0.0.1:${await freePortRange(1)}`;
    const verify = project.start(["verify", "--endpoints", nobody, "--timeout", "10m"]);
    await expect.poll(() => verify.output(), { timeout: 20_000 }).toContain("connection refused");
    process.kill(-verify.child.pid!, "SIGINT");
    const { code, stderr, stdout } = await verify.result;
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted\n$/);
    expect(stdout).toBe("");
  });
});
