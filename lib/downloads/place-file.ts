import { constants } from "node:fs";
import { copyFile, link, mkdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { withScratchFolder } from "./cache";

/**
 * Puts a file where it is wanted, in one step for whoever looks: as a second name of the same file, or as a copy on another
 * file system.
 */
export async function placeFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await withScratchFolder(dirname(to), basename(to), async (scratch) => {
    const fresh = join(scratch, "file");
    await link(from, fresh).catch(() => copyFile(from, fresh, constants.COPYFILE_FICLONE));
    await rename(fresh, to);
  });
}
