import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isRunning, readRecord, type ProcessRecord, type StartOptions } from "../../../lib/local";
import { localMembers, type LocalMembers } from "../local-members";

let members: LocalMembers;
let starter: ChildProcess | undefined;
beforeEach(async () => {
  members = await localMembers();
});
afterEach(async () => {
  if (starter?.exitCode === null) starter.kill("SIGKILL");
  await members.stopAll();
});

/** A program in a process group of its own, as a shell starts it. */
function runStarter(options: StartOptions): {
  child: ChildProcess;
  output: Promise<string>;
  exit: Promise<unknown>;
} {
  const child = spawn(
    process.execPath,
    [resolve("bin/run.js"), join(__dirname, "start-and-leave.ts"), JSON.stringify(options)],
    {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  starter = child;
  return { child, output: text(child.stdout), exit: once(child, "exit") };
}

async function recordedProcess(options: StartOptions): Promise<ProcessRecord> {
  return vi.waitUntil(
    () => {
      const state = readRecord(options.folder);
      return state.kind === "running" ? state.record : undefined;
    },
    { timeout: 20_000 },
  );
}

test("lets the program that started a member end, and lives on", async () => {
  const options = await members.optionsFor("a");
  const { child, output, exit } = runStarter(options);
  await exit;
  const record = await recordedProcess(options);
  expect(await output).toBe(`started ${record.pid}\n`);
  expect(child.exitCode).toBe(0);
  expect((await fetch(`${options.clientUrl}/version`)).ok).toBe(true);
});

test("survives Ctrl-C in the terminal where it was started, which goes to the whole process group", async () => {
  const options = await members.optionsFor("a");
  const { child, exit } = runStarter(options);
  await exit;
  const record = await recordedProcess(options);
  // The group is empty by now; a member that had stayed in it would get this.
  expect(() => process.kill(-child.pid!, "SIGINT")).toThrow("ESRCH");
  expect(isRunning(record)).toBe(true);
});

test("ends with the start that Ctrl-C interrupts, and leaves no process", async () => {
  const options = await members.optionsFor("a");
  const { child, output, exit } = runStarter({ ...options, peerUrl: "http://127.0.0.1:20003" });
  const record = await recordedProcess(options);
  process.kill(-child.pid!, "SIGINT");
  await exit;
  expect(await output).toBe('member "a": interrupted while it was starting\n');
  expect(child.exitCode).toBe(1);
  expect(isRunning(record)).toBe(false);
  expect(existsSync(options.folder.recordFile)).toBe(false);
  expect(existsSync(options.folder.dataDir)).toBe(false);
});

test("is found again by the next start when the program that started it was killed", async () => {
  const options = await members.optionsFor("a");
  const { child, exit } = runStarter({ ...options, peerUrl: "http://127.0.0.1:20003" });
  const record = await recordedProcess(options);
  child.kill("SIGKILL");
  await exit;
  const { outcome } = await members.start(options);
  expect(outcome).toBe("already-running");
  expect(isRunning(record)).toBe(true);
});
