import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Writes a file of a machine, which everybody there may read, also when this process makes its own files private (umask). */
export async function writeMachineFile(root: string, path: string, content: string): Promise<void> {
  await ensureFolder(root, dirname(path));
  const file = join(root, path);
  await writeFile(file, content);
  await chmod(file, 0o644);
}

async function ensureFolder(root: string, path: string): Promise<void> {
  if (path === ".") return;
  await ensureFolder(root, dirname(path));
  const folder = join(root, path);
  if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o755);
}
