import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { firstLine } from "../../aws/support/background-program";
import { withFileLock } from "./file-lock";

const RUN = join(__dirname, "..", "..", "..", "bin", "run.js");
const HOLDER = join(__dirname, "support", "hold-lock.ts");

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "file-lock-"));
  file = join(folder, "sub", "lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("one is done before the other begins", async () => {
  const events: string[] = [];
  await Promise.all(
    ["a", "b", "c"].map((name) =>
      withFileLock(file, async () => {
        events.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 30));
        events.push(`${name} ends`);
      }),
    ),
  );
  for (const index of [0, 2, 4]) expect(events[index + 1]).toBe(events[index]!.replace("begins", "ends"));
  expect(events).toHaveLength(6);
});

test("what the work returns or throws comes through, and the next one gets the lock", async () => {
  await expect(withFileLock(file, () => Promise.reject(new Error("no luck")))).rejects.toThrow("no luck");
  await expect(withFileLock(file, () => Promise.resolve(42))).resolves.toBe(42);
});

test("one that is killed does not hold the others up", async () => {
  const holder = spawn(process.execPath, [RUN, HOLDER, file], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void holder.kill("SIGKILL"));
  expect(await firstLine(holder)).toBe("held");
  let isMine = false;
  const mine = withFileLock(file, () => {
    isMine = true;
    return Promise.resolve();
  });
  const exit = once(holder, "exit");
  expect(isMine).toBe(false);
  holder.kill("SIGKILL");
  await exit;
  await mine;
  expect(isMine).toBe(true);
});
