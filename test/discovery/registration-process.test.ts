import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { etcdBinaries } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { RegistrationLab } from "./support/registration-lab";

const root = join(__dirname, "..", "..");

let cluster: RawCluster;
let lab: RegistrationLab;
beforeAll(async () => {
  const newest = (await etcdBinaries()).at(-1)!;
  cluster = await RawCluster.start({ binaries: newest });
  lab = new RegistrationLab(cluster);
});
afterAll(async () => {
  await lab?.close();
  await cluster?.stop();
});

interface Program {
  readonly child: ChildProcess;
  readonly key: string;
  readonly output: () => string;
  /** `[code, signal]` */
  readonly exit: Promise<unknown[]>;
}

async function start(
  then: "stay" | "stay-on-sigterm" | "stay-with-child" | "wait-for-another" | "close",
): Promise<Program> {
  const program = "test/discovery/support/registering-program.ts";
  const args = ["bin/run.js", program, cluster.endpoints.join(","), then];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exit = once(child, "exit");
  await expect.poll(() => output, { timeout: 30_000 }).toContain("registered ");
  return { child, key: /registered (\S+)/.exec(output)?.[1] ?? "", output: () => output, exit };
}

describe("a process that has registered", () => {
  test("is withdrawn by SIGTERM, and ends by it", async () => {
    const { child, key, exit } = await start("stay");
    expect(await lab.entry(key)).toBeDefined();
    child.kill("SIGTERM");
    expect(await exit).toEqual([null, "SIGTERM"]);
    expect(await lab.entry(key)).toBeUndefined();
  });

  test("is withdrawn by SIGTERM, and goes on if it listens itself", async () => {
    const { child, key, exit, output } = await start("stay-on-sigterm");
    child.kill("SIGTERM");
    await expect.poll(() => lab.entry(key), { timeout: 10_000 }).toBeUndefined();
    await expect.poll(output, { timeout: 10_000 }).toContain("withdrawn");
    expect(output()).toContain("heard");
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    // Nobody listens any more.
    child.kill("SIGTERM");
    expect(await exit).toEqual([null, "SIGTERM"]);
  });

  test("is withdrawn by SIGTERM, and ends by it, while execa listens for the sake of its children", async () => {
    const { child, key, exit } = await start("stay-with-child");
    child.kill("SIGTERM");
    expect(await exit).toEqual([null, "SIGTERM"]);
    expect(await lab.entry(key)).toBeUndefined();
  });

  test("is withdrawn by SIGTERM, and ends by it, while it waits for another one to be ready", async () => {
    const { child, key, exit } = await start("wait-for-another");
    child.kill("SIGTERM");
    expect(await exit).toEqual([null, "SIGTERM"]);
    expect(await lab.entry(key)).toBeUndefined();
  });

  test("ends by itself once it is closed", async () => {
    const { exit, key } = await start("close");
    expect(await exit).toEqual([0, null]);
    expect(await lab.entry(key)).toBeUndefined();
  });

  test("ends at the second SIGTERM, however long the withdrawal takes", async () => {
    const { child, exit } = await start("stay");
    cluster.members.forEach((member) => member.freeze());
    try {
      child.kill("SIGTERM");
      const again = setInterval(() => child.kill("SIGTERM"), 200);
      const began = performance.now();
      expect(await exit).toEqual([null, "SIGTERM"]);
      clearInterval(again);
      expect(performance.now() - began).toBeLessThan(3000);
    } finally {
      cluster.members.forEach((member) => member.thaw());
    }
    await Promise.all(cluster.members.map((member) => member.ready()));
  });

  test("that was stopped for longer than its TTL comes back when it goes on", async () => {
    const { child, key, output } = await start("stay");
    child.kill("SIGSTOP");
    await expect.poll(() => lab.entry(key), { timeout: 15_000 }).toBeUndefined();
    child.kill("SIGCONT");
    await expect.poll(() => lab.entry(key), { timeout: 10_000 }).toBeDefined();
    await expect
      .poll(() => output().match(/^\w+/gm), { timeout: 10_000 })
      .toEqual(["registered", "recovering", "registered"]);
  });
});
