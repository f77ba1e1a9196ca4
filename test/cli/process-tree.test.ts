import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { processTree } from "../../lib/cli/process-tree";

test("finds what a process started, also in a session of its own, and nothing else", async () => {
  // `wait` keeps the shell from being replaced by its last command.
  const child = spawn("sh", ["-c", "setsid sleep 600 & echo started; wait"], {
    detached: true,
    stdio: "pipe",
  });
  try {
    await once(child.stdout, "data");
    await expect.poll(() => processTree(child.pid!).map(({ name }) => name)).toEqual(["sh", "sleep"]);
  } finally {
    for (const { pid } of processTree(child.pid!)) process.kill(pid, "SIGKILL");
    await once(child, "exit");
  }
  expect(processTree(child.pid!)).toEqual([]);
});
