import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** A file that `etcdctl snapshot save` has written; while it writes, the name ends with `.part`. */
export interface SnapshotFile {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** @returns why there is none, as one phrase, or the one that was written last */
export async function findNewestSnapshot(
  folder: string,
): Promise<SnapshotFile | { readonly problem: string }> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".db"));
    const files = (await Promise.all(names.map((name) => fileAt(folder, name)))).flat();
    const [newest] = files.sort((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime());
    return newest ?? { problem: `there is no snapshot (*.db) in ${folder}` };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      problem:
        code === "ENOENT"
          ? `the snapshot folder ${folder} does not exist`
          : `the snapshot folder ${folder} cannot be read: ${code ?? String(error)}`,
    };
  }
}

/** None if it is no file, or is gone meanwhile: old snapshots get deleted. */
async function fileAt(folder: string, name: string): Promise<SnapshotFile[]> {
  const path = join(folder, name);
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? [{ name, path, sizeBytes: found.size, modifiedAt: found.mtime }] : [];
}
