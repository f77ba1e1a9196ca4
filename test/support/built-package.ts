import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { inject } from "vitest";
import { publishFolder } from "../../lib/downloads/cache";
import { runProgram } from "../../lib/local/run-program";

/**
 * Writes a fresh build to a folder that must not be there yet. It is made once in a run: the compiler is what takes long. The
 * checkout's own dist/ may be that of somebody's bench.
 */
export async function writeBuild(dist: string): Promise<void> {
  const shared = join(inject("runFolder"), "dist");
  if (!existsSync(shared)) await publishFolder(shared, build);
  await cp(shared, dist, { recursive: true });
}

async function build(folder: string): Promise<void> {
  const { failure, stdout, stderr } = await runProgram(process.execPath, [
    resolve(".config/build/build.mjs"),
    folder,
  ]);
  if (failure !== undefined) throw new Error(`the build failed: ${failure}\n${stdout}\n${stderr}`);
}
