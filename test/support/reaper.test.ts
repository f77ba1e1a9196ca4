import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { processTree } from "../../lib/cli/process-tree";
import { packageRoot } from "../../lib/package-root";
import { firstLine } from "../aws/support/background-program";

test("a folder with keys does not outlive whoever made it, however that ends, nor does what works in there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-reaper-"));
  await writeFile(join(folder, "server.key"), "secret");
  const words = [join(packageRoot(), "bin", "run.js"), join(__dirname, "hold-reaper.ts"), folder];
  const holder = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const worker = Number(await firstLine(holder));
  expect(existsSync(join(folder, "server.key"))).toBe(true);
  expect(processTree(worker)).toHaveLength(1);
  holder.kill("SIGKILL");
  await vi.waitUntil(() => !existsSync(folder), { timeout: 30_000 });
  expect(processTree(worker)).toEqual([]);
});
