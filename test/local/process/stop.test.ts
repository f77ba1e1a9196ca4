import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { generationOf, isRunning, memberFolder, readRecord, stopMember } from "../../../lib/local";
import { startTimeOf } from "../../../lib/local/process/process-identity";
import { writeRecord } from "../../../lib/local/process/record";
import { localMembers, type LocalMembers } from "../local-members";

let members: LocalMembers;
beforeEach(async () => {
  members = await localMembers();
});
afterEach(() => members.stopAll());

test("stops the recorded process, and says what it keeps", async () => {
  const { folder } = await members.optionsFor("a");
  const { record } = await members.start(await members.optionsFor("a"));
  const result = await stopMember({ folder, memberName: "a" });

  expect(result).toMatchObject({ outcome: "stopped", pid: record.pid });
  expect(result.message).toBe(`member "a" (process ${record.pid}) stopped`);
  expect(result.data?.path).toBe(folder.dataDir);
  expect(result.data?.bytes).toBeGreaterThan(1024 * 1024);
  expect(isRunning(record)).toBe(false);
  expect(existsSync(folder.logFile)).toBe(true);
  expect(readRecord(folder)).toEqual({ kind: "none" });
  expect(generationOf(members.stateDir, "a")).toBe(1);
});

test("kills a process that does not end when asked to", async () => {
  const { record } = await members.start(await members.optionsFor("a"));
  process.kill(record.pid, "SIGSTOP");
  const result = await stopMember({
    folder: memberFolder(members.stateDir, "a"),
    memberName: "a",
    timeoutMs: 500,
  });
  expect(result.outcome).toBe("killed");
  expect(isRunning(record)).toBe(false);
});

test("says that a member was not running when it never started, without making a folder for it", async () => {
  const folder = memberFolder(members.stateDir, "never");
  const result = await stopMember({ folder, memberName: "never" });
  expect(result).toEqual({
    outcome: "not-running",
    pid: undefined,
    data: undefined,
    message: 'member "never" was not running',
  });
  expect(existsSync(folder.path)).toBe(false);
});

test("says that a member was not running when its process died before, and forgets the process", async () => {
  const { record } = await members.start(await members.optionsFor("a"));
  process.kill(record.pid, "SIGKILL");
  const folder = memberFolder(members.stateDir, "a");
  while (isRunning(record)) await new Promise((resolve) => setTimeout(resolve, 10));
  const result = await stopMember({ folder, memberName: "a" });
  expect(result.outcome).toBe("not-running");
  expect(result.message).toBe(`member "a" was not running: process ${record.pid} of its record is gone`);
  expect(existsSync(folder.recordFile)).toBe(false);
  expect(existsSync(folder.dataDir)).toBe(true);
});

test("never touches another process that has the recorded pid now", async () => {
  const { record } = await members.start(await members.optionsFor("a"));
  const folder = memberFolder(members.stateDir, "a");
  await stopMember({ folder, memberName: "a" });
  const stranger = spawn("sleep", ["60"]);
  try {
    writeRecord(folder, { ...record, pid: stranger.pid! });
    expect(generationOf(members.stateDir, "a")).toBe(record.generation + 1);
    expect((await stopMember({ folder, memberName: "a" })).outcome).toBe("not-running");
    expect(startTimeOf(stranger.pid!)).toBeDefined();
  } finally {
    stranger.kill("SIGKILL");
  }
});

test("refuses to guess when the record cannot be understood", async () => {
  const { record } = await members.start(await members.optionsFor("a"));
  const folder = memberFolder(members.stateDir, "a");
  writeFileSync(folder.recordFile, '{"pid": "one"}');
  await expect(stopMember({ folder, memberName: "a" })).rejects.toThrow(
    `member "a": ${folder.recordFile} is not a record of an etcd process, so nobody knows which process to stop`,
  );
  expect(isRunning(record)).toBe(true);
  writeRecord(folder, record);
});
