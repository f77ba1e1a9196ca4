/** Beginning and end of the services. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { processTree } from "../../../lib/cli/process-tree";
import { runProgram } from "../../../lib/local/run-program";
import { readBack } from "../../aws/support/aws-state";
import { firstLine } from "../../aws/support/background-program";
import { Emulator } from "../../aws/support/emulator";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { makeRole } from "../../aws/support/test-role";
import { TestVpc } from "../../aws/support/test-vpc";
import { Ec2Services } from "./ec2-services";
import { Caller } from "./support/caller";

const RUN = join(__dirname, "..", "..", "..", "bin", "run.js");
const HOLDER = join(__dirname, "support", "hold-services.ts");

const WAIT = { timeout: 30_000, interval: 100 };

// Each test starts an emulator of its own.
vi.setConfig({ testTimeout: 180_000 });

async function surroundings() {
  const namespace = await NetworkNamespace.create();
  onTestFinished(() => namespace.remove());
  return { namespace, emulator: await Emulator.start(namespace, "eu-west-1") };
}

/** Pids of a process and of all that it started. */
function pidsBelow(pid: number): number[] {
  return processTree(pid).map((one) => one.pid);
}

async function listening(namespace: NetworkNamespace): Promise<string[]> {
  const [file, ...args] = namespace.command(["ss", "-Hlnt"], "/");
  const { stdout } = await runProgram(file, args);
  const addresses = stdout.split("\n").map((line) => line.split(/\s+/)[3] ?? "");
  return addresses.filter((address) => !address.startsWith("127.")).toSorted();
}

test("they are at their addresses, also at another one for S3, and nowhere after their end", async () => {
  const { namespace, emulator } = await surroundings();
  const services = await Ec2Services.start(namespace, emulator, { s3Address: "52.216.7.7" });
  expect(services.s3Address).toBe("52.216.7.7");
  expect(await listening(namespace)).toEqual(["169.254.169.254:80", "52.216.7.7:443"]);
  await services.stop();
  expect(await listening(namespace)).toEqual([]);
  await services.stop();
  await expect(services.requests()).rejects.toThrow(`EC2's services ended before they answered "requests"`);
});

test("they say what they cannot do", async () => {
  const { namespace, emulator } = await surroundings();
  await Ec2Services.start(namespace, emulator);
  await expect(Ec2Services.start(namespace, emulator)).rejects.toThrow(
    /^EC2's services cannot do "start": .*EADDRINUSE.* 169\.254\.169\.254:80/,
  );
});

test("they are there before any instance is", async () => {
  const { namespace, emulator } = await surroundings();
  const services = await Ec2Services.start(namespace, emulator);
  await services.update(await readBack(emulator));
  expect(await services.requests()).toEqual([]);
  expect(services.secrets).toEqual([]);
});

test("credentials that end soon are renewed by themselves", async () => {
  const { namespace, emulator } = await surroundings();
  await makeRole(emulator, "reader", []);
  const vpc = await TestVpc.create(emulator, "10.40.0.0/16");
  await vpc.launch({ address: "10.40.0.10", role: "reader" });
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const services = await Ec2Services.start(namespace, emulator);
  await services.update(await readBack(emulator));
  const caller = new Caller(namespace, "10.40.0.10");
  await caller.arrive();
  const read = () => caller.read("/latest/meta-data/iam/security-credentials/reader");
  const first = await read();
  vi.setSystemTime(Date.now() + 45 * 60_000);
  vi.advanceTimersByTime(60_000);
  expect(await read()).toBe(first);
  vi.setSystemTime(Date.now() + 10 * 60_000);
  vi.advanceTimersByTime(60_000);
  await vi.waitFor(async () => expect(await read()).not.toBe(first), WAIT);
  expect(JSON.parse(await read())).toMatchObject({ Code: "Success", Type: "AWS-HMAC" });
  await services.stop();
});

test("they end with the namespace", async () => {
  const { namespace, emulator } = await surroundings();
  const before = pidsBelow(process.pid);
  await Ec2Services.start(namespace, emulator);
  const started = pidsBelow(process.pid).filter((pid) => !before.includes(pid));
  expect(started.length).toBeGreaterThan(0);
  await namespace.remove();
  await vi.waitFor(() => expect(started.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), WAIT);
});

test("they end with the process that started them, however that ends", async () => {
  const maker = spawn(process.execPath, [RUN, HOLDER], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void maker.kill("SIGKILL"));
  expect(await firstLine(maker)).toBe("started");
  const started = pidsBelow(maker.pid!);
  expect(started.length).toBeGreaterThan(3);
  maker.kill("SIGKILL");
  await vi.waitFor(() => expect(started.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), WAIT);
});
