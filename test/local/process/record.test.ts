import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { generationOf, memberFolder, readRecord, readRecords } from "../../../lib/local";
import { startTimeOf } from "../../../lib/local/process/process-identity";
import { writeRecord, type ProcessRecord } from "../../../lib/local/process/record";

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "cdktf-etcd-record-"));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const SELF: ProcessRecord = {
  member: "a",
  pid: process.pid,
  startTime: startTimeOf(process.pid)!,
  etcd: "/usr/bin/etcd",
  release: "3.5.16",
  digest: "d",
  trust: "t",
  generation: 7,
  startedAt: "2026-11-22T07:00:00.000Z",
  clientUrl: "http://127.0.0.1:20000",
  peerUrl: "http://127.0.0.1:20001",
};

function write(member: string, record: ProcessRecord): void {
  const folder = memberFolder(stateDir, member);
  mkdirSync(folder.path, { recursive: true });
  writeRecord(folder, record);
}

test("keeps the generation while the process runs", () => {
  write("a", SELF);
  expect(readRecord(memberFolder(stateDir, "a"))).toEqual({ kind: "running", record: SELF });
  expect(generationOf(stateDir, "a")).toBe(7);
});

test("raises the generation when the process is gone or its pid belongs to another one", () => {
  write("a", { ...SELF, startTime: "another" });
  expect(readRecord(memberFolder(stateDir, "a")).kind).toBe("stale");
  expect(generationOf(stateDir, "a")).toBe(8);
});

test("raises the generation when the CAs are others than those that the process holds, if that is known", () => {
  write("a", SELF);
  expect(generationOf(stateDir, "a", { trust: "t" })).toBe(7);
  expect(generationOf(stateDir, "a", { trust: "another" })).toBe(8);
  expect(generationOf(stateDir, "a", { trust: undefined })).toBe(7);
});

test("reads a record of the time before TLS, whose process holds no CA", () => {
  const { trust: _, ...old } = SELF;
  write("a", old as ProcessRecord);
  expect(generationOf(stateDir, "a", { trust: "" })).toBe(7);
  expect(generationOf(stateDir, "a", { trust: "t" })).toBe(8);
});

test("starts with generation 1 when nothing is known, and with a new one when something was deployed", () => {
  expect(generationOf(stateDir, "never")).toBe(1);
  expect(generationOf(stateDir, "never", { isDeployed: true })).toBeGreaterThan(1);
  expect(readRecords(join(stateDir, "never"))).toEqual(new Map());
});

test.each(["", "\0", "null", "[]", '"text"', "{}", '{"pid": -1}', JSON.stringify({ ...SELF, pid: "1" })])(
  "calls a record unknown that reads %j",
  (text) => {
    const folder = memberFolder(stateDir, "a");
    mkdirSync(folder.path, { recursive: true });
    writeFileSync(folder.recordFile, text);
    expect(readRecord(folder)).toEqual({
      kind: "unknown",
      problem: `${folder.recordFile} is not a record of an etcd process`,
    });
    expect(generationOf(stateDir, "a")).toBe(1);
  },
);

test("calls a record unknown that is a folder", () => {
  const folder = memberFolder(stateDir, "a");
  mkdirSync(folder.recordFile, { recursive: true });
  expect(readRecord(folder)).toEqual({
    kind: "unknown",
    problem: `${folder.recordFile} cannot be read (EISDIR)`,
  });
});

test("lists every member's record by name", () => {
  write("b", SELF);
  write("a", { ...SELF, startTime: "another" });
  expect([...readRecords(stateDir)].map(([name, state]) => [name, state.kind])).toEqual([
    ["a", "stale"],
    ["b", "running"],
  ]);
});

test("takes a process for gone that only waits to be reaped", async () => {
  // The child ends only when the shell has become a sleep, which never asks for its children.
  const script = "(until grep -q sleep /proc/$$/comm; do sleep 0.01; done) & echo $!; exec sleep 60";
  const parent = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [text] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(text.toString());
    while (startTimeOf(pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(() => process.kill(pid, 0)).not.toThrow();
  } finally {
    parent.kill("SIGKILL");
  }
});
