import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";

const UNFINISHED = ".unfinished-";
const UNFINISHED_KEPT_MS = 60 * 60 * 1000;

/** `$CDKTF_ETCD_CACHE_DIR`, else `cdktf-etcd` in the XDG cache folder. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env["CDKTF_ETCD_CACHE_DIR"]) return env["CDKTF_ETCD_CACHE_DIR"];
  // https://specifications.freedesktop.org/basedir-spec/latest/: unset and empty mean ~/.cache.
  const base = env["XDG_CACHE_HOME"] ? env["XDG_CACHE_HOME"] : join(homedir(), ".cache");
  return join(base, "cdktf-etcd");
}

/**
 * Makes a folder appear whole or not at all: `fill` works beside it, a rename publishes it. Two processes may do this at
 * once; the first one wins and both find its folder, so nobody's file disappears while it is in use.
 */
export async function publishFolder(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  await withScratchFolder(dirname(target), basename(target), async (scratch) => {
    const fresh = join(scratch, "new");
    await mkdir(fresh);
    await fill(fresh);
    await rename(fresh, target).catch((error: unknown) => {
      if (!isCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    });
  });
}

/** A folder for work in progress inside `parent`, so that a rename out of it never crosses a file system. */
export async function withScratchFolder<T>(
  parent: string,
  label: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const folder = join(parent, `${UNFINISHED}${label}-${process.pid}-${randomBytes(4).toString("hex")}`);
  await mkdir(folder);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(UNFINISHED)) continue;
    const folder = join(parent, name);
    const info = await stat(folder).catch(() => undefined);
    if (info !== undefined && Date.now() - info.mtimeMs > UNFINISHED_KEPT_MS) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
