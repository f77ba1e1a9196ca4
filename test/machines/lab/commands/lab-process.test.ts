import { existsSync, statSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { writeFile } from "node:fs/promises";
import { STACK } from "../../../support/cli";
import { LabCommands } from "./support/lab-commands";

test("up leaves a lab that status shows, and down ends all of it", async () => {
  const lab = await LabCommands.create();
  const up = await lab.run(["up"]);
  expect(up.code, up.output).toBe(0);
  expect(up.stderr).toContain("cdktf deploy: …\netcd-0: i-of-etcd-0 is on\n");
  expect(up.stdout).toContain("verify: healthy: 1 passed, 0 failed, 0 skipped in 1.2 s\n\nTry next:");
  expect(lab.worldExists).toBe(true);
  expect(statSync(lab.folder.path).mode & 0o777).toBe(0o700);

  const status = await lab.run(["status"]);
  expect(status.code, status.output).toBe(0);
  expect(status.stdout).toMatch(/the lab is up since \S+, made of the lab's own definition/);
  expect(status.stdout).toMatch(/etcd-1 +│ i-of-etcd-1 │ 10\.40\.1\.10 │ on +│ running │ active, leader/);
  expect(status.stdout).toContain("\n  10.40.0.10 -> 10.40.1.10 tcp/22 refused: no rule lets it in\n");
  expect(status.stderr).toBe("");

  const down = await lab.run(["down"]);
  expect(down.code, down.output).toBe(0);
  expect(down.stdout).toContain("the lab is down; ended:\n  etcd-0 (i-of-etcd-0, 10.40.0.10)\n");
  expect(lab.worldExists).toBe(false);
  expect(await lab.folder.isFree()).toBe(true);
  expect(existsSync(lab.folder.socketFile)).toBe(false);
  expect(lab.calls().at(-1)).toBe("dispose");

  const again = await lab.run(["down"]);
  expect(again).toMatchObject({ code: 0, stdout: "no lab is up\n", stderr: "" });
});

test("a second up says that the lab is up, and does not take another definition for the same", async () => {
  const lab = await LabCommands.create();
  const file = join(lab.folder.path, "other.yaml");
  await writeFile(file, stringify({ name: "other", members: 1, aws: { region: "eu-central-1" } }));
  expect((await lab.run(["up"])).code).toBe(0);
  const keeper = lab.keeper;

  const again = await lab.run(["up"]);
  expect(again.code, again.output).toBe(0);
  expect(again.stdout).toContain("the lab is up since");
  const other = await lab.run(["up", file]);
  expect(other.code, other.output).toBe(2);
  expect(other.stderr).toBe(
    "error: a lab is up already, made of the lab's own definition\n  npm run lab -- down first, to have another one\n",
  );
  const release = await lab.run(["up", "--release", "3.4"]);
  expect(release.stderr).toContain("error: a lab is up already, made of the lab's own definition\n");
  expect(lab.keeper).toBe(keeper);
  expect(lab.calls().filter((call) => call.startsWith("create"))).toHaveLength(1);
});

test("of two that bring a lab up at once, one does and the other says so", async () => {
  const lab = await LabCommands.create();
  const goOn = lab.hold("holdDeploy");
  const both = [lab.start(["up"]), lab.start(["up"])];
  const loser = await Promise.race(both.map(({ result }) => result));
  expect(loser.code, loser.output).toBe(2);
  expect(loser.stderr).toMatch(/another command is bringing the lab up|the lab is coming up already/);
  expect(loser.output).not.toMatch(STACK);
  goOn();
  const codes = await Promise.all(both.map(async ({ result }) => (await result).code));
  expect(codes.toSorted()).toEqual([0, 2]);
  expect(lab.calls().filter((call) => call.startsWith("create"))).toHaveLength(1);
});

test("a lab whose process was killed is recognised, and the next one comes up all the same", async () => {
  const lab = await LabCommands.create();
  expect((await lab.run(["up"])).code).toBe(0);
  const dead = lab.keeper;
  process.kill(dead, "SIGKILL");
  await lab.gone();

  const status = await lab.run(["status"]);
  expect(status.code, status.output).toBe(2);
  expect(status.stderr).toMatch(
    new RegExp(`^error: no lab is up any more: its process ${dead}, started \\S+, has died`),
  );
  expect(status.stderr).toContain("\n  npm run lab -- up brings one up\n");

  const up = await lab.run(["up"]);
  expect(up.code, up.output).toBe(0);
  expect(up.stderr).toContain(`there was a lab: its process ${dead}`);
  process.kill(lab.keeper, "SIGKILL");
  await lab.gone();
  const down = await lab.run(["down"]);
  expect(down.code, down.output).toBe(0);
  expect(down.stdout).toContain("has died");
  expect(await lab.run(["down"])).toMatchObject({ code: 0, stdout: "no lab is up\n" });
});

test("a command whose lab is killed while it waits says so", async () => {
  const lab = await LabCommands.create();
  lab.hold("holdDeploy");
  const up = lab.start(["up"]);
  await lab.printed(up, "etcd-0: i-of-etcd-0 is on");
  process.kill(lab.keeper, "SIGKILL");
  const { code, stderr } = await up.result;
  expect(stderr).toContain(
    `error: the lab's process ended before it answered\n  its log is ${lab.folder.logFile}\n`,
  );
  expect(code).toBe(1);
});

test.each(["holdFetch", "holdCreate", "holdDeploy"] as const)(
  "Ctrl-C while it comes up takes everything down again (%s)",
  async (what) => {
    const lab = await LabCommands.create();
    const goOn = lab.hold(what);
    const up = lab.start(["up"]);
    await lab.printed(up, what === "holdDeploy" ? "etcd-0: i-of-etcd-0 is on" : "around the machines: …");
    process.kill(-up.child.pid!, "SIGINT");
    // As npm does: it passes on what the terminal has sent to all.
    process.kill(up.child.pid!, "SIGINT");
    if (what === "holdCreate") {
      await lab.printed(up, "taking the lab down");
      goOn();
    }
    const { code, output } = await up.result;
    expect(code, output).toBe(130);
    expect(output).toContain("taking the lab down");
    expect(output).toContain("the lab is down");
    expect(output).not.toMatch(STACK);
    expect(await lab.folder.isFree()).toBe(true);
    expect(lab.worldExists).toBe(false);
    expect(lab.calls().includes("dispose")).toBe(what !== "holdFetch");
  },
);

test("a lab does not outlive an up that was killed before it was there", async () => {
  const lab = await LabCommands.create();
  lab.hold("holdDeploy");
  const up = lab.start(["up"]);
  await lab.printed(up, "etcd-0: i-of-etcd-0 is on");
  up.child.kill("SIGKILL");
  await lab.gone();
  expect(lab.calls()).toContain("dispose");
});

test("status and exec work while it comes up, and down ends the up that waits", async () => {
  const lab = await LabCommands.create();
  lab.hold("holdDeploy");
  const up = lab.start(["up"]);
  await lab.printed(up, "etcd-0: i-of-etcd-0 is on");
  const status = await lab.run(["status", "--output", "json"]);
  expect(JSON.parse(status.stdout)).toMatchObject({
    phase: "coming up",
    verification: null,
    machines: [{ member: "etcd-0", power: "on", systemd: "running", etcd: "active", faults: [] }],
  });
  expect((await lab.run(["exec", "0", "--", "printenv", "MACHINE"])).stdout).toBe("etcd-0\n");

  const down = await lab.run(["down"]);
  expect(down.code, down.output).toBe(0);
  const { code, stderr } = await up.result;
  expect(stderr).toContain("error: the lab was taken down while it came up\n");
  expect(code).toBe(1);
  expect(lab.worldExists).toBe(false);
});

test("in the foreground it stays until Ctrl-C, and then nothing is left", async () => {
  const lab = await LabCommands.create();
  const up = lab.start(["up", "--foreground"]);
  await lab.printed(up, "the lab stays up until Ctrl-C");
  expect((await lab.run(["status"])).code).toBe(0);
  process.kill(-up.child.pid!, "SIGINT");
  const { code, output } = await up.result;
  expect(output).toContain("the lab is down; ended:");
  expect(code, output).toBe(0);
  expect(lab.worldExists).toBe(false);
  expect(await lab.folder.isFree()).toBe(true);
});

test("in the foreground it ends with its command also when that is killed", async () => {
  const lab = await LabCommands.create();
  const up = lab.start(["up", "--foreground"]);
  await lab.printed(up, "the lab stays up until Ctrl-C");
  up.child.kill("SIGKILL");
  await lab.gone();
  expect(lab.calls()).toContain("dispose");
});

test("two that take it down at once both see it gone", async () => {
  const lab = await LabCommands.create();
  expect((await lab.run(["up"])).code).toBe(0);
  const both = await Promise.all([lab.run(["down"]), lab.run(["down"])]);
  for (const { code, output } of both) {
    expect(code, output).toBe(0);
    expect(output).toMatch(/the lab is down|no lab is up/);
  }
  expect(lab.calls().filter((call) => call === "dispose")).toHaveLength(1);
  expect(lab.worldExists).toBe(false);
});

test("a lab whose process is told to end goes down in order", async () => {
  const lab = await LabCommands.create();
  expect((await lab.run(["up"])).code).toBe(0);
  process.kill(lab.keeper, "SIGTERM");
  await lab.gone();
  expect(lab.calls()).toContain("dispose");
  expect((await lab.run(["status"])).stderr).toContain("error: no lab is up\n");
});

test("a lab that cannot be made leaves nothing", async () => {
  const lab = await LabCommands.create();
  const up = await lab.run(["up"], { createFails: "no root file system: the mirror is away" });
  expect(up.stderr).toContain("error: no root file system: the mirror is away\n");
  expect(up.output).not.toMatch(STACK);
  expect(up.code, up.output).toBe(1);
  await lab.gone();
  expect(lab.log).toMatch(STACK);
  expect((await lab.run(["status"])).stderr).toContain("error: no lab is up\n");
});

test("after a failed deploy the lab stays for a look, and says what to do", async () => {
  const lab = await LabCommands.create();
  const up = await lab.run(["up"], { deployFails: "Error: creating EC2 Instance" });
  expect(up.stderr).toContain("error: cdktf deploy ended with 1:\nError: creating EC2 Instance\n");
  expect(up.stderr).toContain("the lab stays up for you to look");
  expect(up.code, up.output).toBe(1);
  expect((await lab.run(["console", "etcd-0"])).stdout).toBe("etcd-0 login:\n");
  expect((await lab.run(["down"])).code).toBe(0);
});

test("up and status fail when the cluster is not healthy", async () => {
  const lab = await LabCommands.create();
  const up = await lab.run(["up"], { neverHealthy: true });
  expect(up.stdout).toContain("verify: unhealthy: 0 passed, 1 failed");
  expect(up.code, up.output).toBe(1);
  const status = await lab.run(["status"]);
  expect(status.code, status.output).toBe(1);
});

test("what is no request of these commands is refused, and does no harm", async () => {
  const lab = await LabCommands.create();
  expect((await lab.run(["up"])).code).toBe(0);
  const say = async (line: string): Promise<string> => {
    const socket = connect(lab.folder.socketFile);
    socket.once("data", () => socket.end());
    socket.write(line);
    return text(socket);
  };
  expect(await say("GET / HTTP/1.1\n")).toContain("does not understand this request");
  expect(await say('{"command":"power-off","machines":[]}\n')).toContain("npm run lab -- down, then");
  expect(await say('{"command":"status","why":1}\n')).toContain("Unrecognized key");
  expect(await say("x".repeat(3_000_000))).toContain("a request of more than");
  expect((await lab.run(["status"])).code).toBe(0);
});
