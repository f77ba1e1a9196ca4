import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { processTree } from "../../lib/cli/process-tree";
import { runProgram } from "../../lib/local/run-program";
import { firstLine } from "./support/background-program";
import { NetworkNamespace } from "./support/network-namespace";

const RUN = join(__dirname, "..", "..", "bin", "run.js");
const HOLDER = join(__dirname, "support", "hold-namespace.ts");

const WAIT = { timeout: 20_000, interval: 50 };

/** Prints why nothing can be reached, and how long it took to know. */
const DIAL = `
import socket, sys, time
began = time.monotonic()
try:
    socket.create_connection(("10.40.0.10", 2379), timeout=30)
except OSError as error:
    print(error.strerror, time.monotonic() - began < 5)
`;

async function namespace(): Promise<NetworkNamespace> {
  const created = await NetworkNamespace.create();
  onTestFinished(() => created.remove());
  return created;
}

async function output(words: readonly [string, ...string[]]): Promise<string> {
  const [program, ...args] = words;
  const { stdout, failure } = await runProgram(program, args, { timeoutMs: 30_000 });
  expect(failure).toBeUndefined();
  return stdout;
}

test("a member's address cannot be reached, which is known at once", async () => {
  const command = (await namespace()).command(["python3", "-c", DIAL], "/");
  expect(await output(command)).toBe("Network is unreachable True");
});

test("commands run in the folder that they are given, and find themselves in /proc", async () => {
  const command = (await namespace()).command(["/bin/sh", "-c", 'pwd; cat "/proc/$$/comm"'], "/usr/bin");
  expect(await output(command)).toBe("/usr/bin\nsh");
});

test("what runs in it ends with it, also what no longer belongs to its starter", async () => {
  const inside = await namespace();
  const [program, ...args] = inside.command(["/bin/sh", "-c", "sleep 600 & echo started; wait"], "/");
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  await firstLine(child);
  const tree = await vi.waitFor(() => {
    const found = processTree(child.pid!);
    expect(found.map(({ name }) => name)).toContain("sleep");
    return found;
  }, WAIT);
  const exit = once(child, "exit");
  await inside.remove();
  await exit;
  await vi.waitFor(() => expect(tree.filter(({ pid }) => existsSync(`/proc/${pid}`))).toEqual([]), WAIT);
});

test("it ends with the process that made it, however that ends", async () => {
  const maker = spawn(process.execPath, [RUN, HOLDER], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void maker.kill("SIGKILL"));
  const init = Number(await firstLine(maker));
  expect(existsSync(`/proc/${init}`)).toBe(true);
  maker.kill("SIGKILL");
  await vi.waitFor(() => expect(existsSync(`/proc/${init}`)).toBe(false), WAIT);
});
