import { beforeEach, expect, test } from "vitest";
import type { CliResult } from "../../../support/captured-program";
import { LabCommands } from "./support/lab-commands";

let lab: LabCommands;
beforeEach(async () => {
  lab = await LabCommands.create();
  const up = await lab.run(["up"]);
  expect(up.code, up.output).toBe(0);
  lab.calls();
});

async function done(...args: string[]): Promise<CliResult> {
  const result = await lab.run(args);
  expect(result.code, result.output).toBe(0);
  return result;
}

async function faults(): Promise<Record<string, string[]>> {
  const { stdout } = await lab.run(["status", "--output", "json"]);
  const status = JSON.parse(stdout) as { machines: { member: string; faults: string[] }[] };
  return Object.fromEntries(status.machines.map(({ member, faults: found }) => [member, found]));
}

/** Without the questions of a status. */
function changes(): string[] {
  return lab.calls().filter((call) => !call.startsWith("cdktf-etcd"));
}

test("power-off presses the button of the machines that are named, or cuts their power, and power-on ends that", async () => {
  expect((await done("power-off", "etcd-1")).stderr).toBe("etcd-1 has shut down\n");
  expect((await done("power-off", "1")).stderr).toBe("etcd-1 is off already\n");
  const status = await lab.run(["status"]);
  expect(status.code, status.output).toBe(1);
  expect(status.stdout).toMatch(/etcd-1 +│ \S+ │ \S+ │ off +│ – +│ – /);
  expect(status.stdout).toContain("verify: unhealthy (etcd-1: connection refused): ");
  await done("power-off", "all", "--cut");
  await done("power-on", "all");
  const each = changes();
  expect(each.slice(0, 3)).toEqual(["powerOff etcd-1", "cutPower etcd-0", "cutPower etcd-2"]);
  expect(each.slice(3)).toEqual(["powerOn etcd-0", "powerOn etcd-1", "powerOn etcd-2"]);
  expect((await done("power-on", "2")).stderr).toBe("etcd-2 is on already\n");
});

test("freeze, cut and s3 are shown by status until they are undone", async () => {
  await done("freeze", "etcd-2");
  await done("cut", "0", "1");
  await done("cut", "2", "--cable");
  await done("s3", "closed");
  expect(await faults()).toEqual({
    "etcd-0": ["cut off from etcd-1"],
    "etcd-1": ["cut off from etcd-0"],
    "etcd-2": ["frozen", "cable pulled"],
  });
  expect((await lab.run(["status"])).stdout).toContain("\nthe way to S3 is closed\n");
  await done("freeze", "--thaw", "etcd-2");
  await done("cut", "--mend");
  await done("s3", "open");
  expect(await faults()).toEqual({ "etcd-0": [], "etcd-1": [], "etcd-2": [] });
  expect(changes()).toEqual([
    "freeze etcd-2",
    "cutOff etcd-0 etcd-1",
    "pullCable etcd-2",
    "wayToS3 closed",
    "thaw etcd-2",
    "mend",
    "plugCable etcd-2",
    "wayToS3 open",
  ]);
});

test("a machine is cut off from all others unless some are named, and never from itself", async () => {
  await done("cut", "etcd-1");
  expect(changes()).toEqual(["cutOff etcd-1 etcd-0 etcd-2"]);
  const itself = await lab.run(["cut", "etcd-1", "1"]);
  expect(itself).toMatchObject({ code: 2, stderr: "error: etcd-1 cannot be cut off from itself\n" });
});

test("a frozen machine cannot shut down, but its plug can be pulled", async () => {
  await done("freeze", "1");
  const refused = await lab.run(["power-off", "1"]);
  expect(refused.code, refused.output).toBe(2);
  expect(refused.stderr).toBe(
    "error: etcd-1 is frozen, so it cannot shut down\n" +
      "  npm run lab -- freeze --thaw etcd-1 first, or npm run lab -- power-off etcd-1 --cut\n",
  );
  await done("power-off", "1", "--cut");
  expect(await faults()).toMatchObject({ "etcd-1": [] });
  expect(changes()).toEqual(["freeze etcd-1", "thaw etcd-1", "cutPower etcd-1"]);
  // A cable can be pulled while the machine is off, and stays so when it is switched on.
  await done("cut", "1", "--cable");
  await done("power-on", "1");
  expect(await faults()).toMatchObject({ "etcd-1": ["cable pulled"] });
  await done("power-off", "1");
  for (const args of [
    ["freeze", "1"],
    ["exec", "1", "--", "true"],
  ]) {
    const off = await lab.run(args);
    expect(off.code, off.output).toBe(2);
    expect(off.stderr).toBe("error: etcd-1 is off\n  npm run lab -- power-on etcd-1 first\n");
  }
});

test("wipe pulls the plug, and says what brings the machine back; replace does", async () => {
  const wiped = await done("wipe", "etcd-0");
  expect(wiped.stderr).toContain("etcd-0 is off, and its data volume is blank\n");
  expect(wiped.stderr).toContain("npm run lab -- power-on etcd-0");
  const replaced = await done("replace", "etcd-0");
  expect(replaced.stderr).toBe(
    "etcd-0 is now i-of-etcd-0-next instead of i-of-etcd-0, with the data volume it had\n",
  );
  await done("replace", "etcd-0", "--empty-disk");
  const each = changes().filter((call) => /wipe|replace|cutPower/.test(call));
  expect(each.slice(0, 2)).toEqual(["cutPower etcd-0", "wipe etcd-0"]);
  expect(each).toEqual(expect.arrayContaining(["replace etcd-0 kept", "replace etcd-0 empty"]));
});

test("exec gives the program the terminal, and passes on how it ended", async () => {
  const line = await lab.shell(
    "echo typed | $LAB exec etcd-1 -- sh -c 'cat; echo $MACHINE; echo bad >&2; exit 7'",
  );
  expect(line).toMatchObject({ code: 7, stdout: "typed\netcd-1\n", stderr: "bad\n" });
  expect((await lab.run(["exec", "1", "printenv", "HOME"])).stdout).toBe("/root\n");
  expect((await lab.run(["exec", "1", "--", "printf", "%s|", "--", "-h", "a b"])).stdout).toBe("--|-h|a b|");
  expect((await lab.run(["exec", "1", "--", "sh", "-c", "kill -9 $$"])).code).toBe(137);
  // Without a command it is a shell, which reads what it is given.
  expect((await lab.shell("echo 'echo $MACHINE; exit 3' | $LAB exec etcd-2")).code).toBe(3);
});

test("Ctrl-C is for the program that exec runs", async () => {
  const script = "trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done";
  const running = lab.start(["exec", "etcd-0", "--", "sh", "-c", script]);
  await lab.printed(running, "ready");
  process.kill(-running.child.pid!, "SIGINT");
  const { code, stdout } = await running.result;
  expect(stdout).toBe("ready\ncaught\n");
  expect(code).toBe(5);
});

test("SIGTERM ends the program that exec runs", async () => {
  const running = lab.start(["exec", "etcd-0", "--", "sh", "-c", "echo ready; exec sleep 600"]);
  await lab.printed(running, "ready");
  running.child.kill("SIGTERM");
  expect((await running.result).code).toBe(143);
});

test("verify is cdktf-etcd's, with its options and its exit code", async () => {
  expect(await lab.run(["verify"])).toMatchObject({ code: 0, stdout: "is healthy\n" });
  await done("power-off", "0");
  expect((await lab.run(["verify", "--wait", "1m", "-o", "table"])).code).toBe(1);
  expect(lab.calls().at(-1)).toBe("cdktf-etcd verify --wait 1m -o table");
});

test("console shows what was printed, and what is printed while somebody follows", async () => {
  expect((await done("console", "etcd-1")).stdout).toBe("etcd-1 login:\n");
  const following = lab.start(["console", "etcd-1", "--follow"]);
  await lab.printed(following, "etcd-1 login:\n");
  await done("power-off", "1");
  await done("power-on", "1");
  await lab.printed(following, "etcd-1 login:\netcd-1 login:\n");
  process.kill(-following.child.pid!, "SIGINT");
  expect((await following.result).code).toBe(130);
});

test("a name that is none is refused with the names that there are", async () => {
  const unknown = await lab.run(["power-off", "etcd-1", "db"]);
  expect(unknown.code, unknown.output).toBe(2);
  expect(unknown.stderr).toBe('error: there is no machine "db"\n  the machines are etcd-0, etcd-1, etcd-2\n');
  const several = await lab.run(["exec", "etcd", "--", "true"]);
  expect(several.stderr).toContain('error: "etcd" is part of several machines\' names\n');
  expect(changes()).toEqual([]);
});

test("commands that change something wait for each other", async () => {
  await done("power-off", "0");
  const goOn = lab.hold("holdPowerOn");
  const first = lab.start(["power-on", "0"]);
  await expect.poll(() => lab.calls(), { timeout: 60_000 }).toContain("powerOn etcd-0");
  const second = lab.start(["power-off", "0"]);
  await lab.printed(second, "waiting for another command to finish");
  goOn();
  expect((await first.result).code).toBe(0);
  expect(await second.result).toMatchObject({ code: 0, stderr: expect.stringContaining("has shut down") });
});
