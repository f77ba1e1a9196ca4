import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { withScratchFolder } from "./cache";
import { download } from "./download";
import { sha256OfFile } from "./sha256";

export interface TarballRequest {
  readonly url: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly cacheDir: string;
  readonly signal?: AbortSignal | undefined;
  /** Takes one line for a person: what is fetched, and how far it is. */
  readonly say: (line: string) => void;
}

/** A tarball in the cache, whose sum has just been checked. */
export interface CachedTarball {
  readonly file: string;
  readonly from: "cache" | "download";
}

/** A tarball of etcd is 20 to 30 MB: seconds on a good line, minutes on a bad one, which should not look like a standstill. */
const PROGRESS_EVERY_MS = 5_000;

/** Where a tarball is kept: by its sum, so that a mirror's and the original are one. */
export function tarballPath({ cacheDir, sha256 }: Pick<TarballRequest, "cacheDir" | "sha256">): string {
  return join(cacheDir, "tarballs", `${sha256.toLowerCase()}.tar.gz`);
}

/**
 * The tarball out of the cache, or fetched into it. It is there whole or not at all, and one that is damaged is fetched again.
 *
 * @throws ExternalError when it cannot be had, or is not the file that the sum is of
 */
export async function cachedTarball(request: TarballRequest): Promise<CachedTarball> {
  const { url, sha256, cacheDir, signal, say } = request;
  const file = tarballPath(request);
  const kept = await sha256OfFile(file);
  if (kept === sha256.toLowerCase()) return { file, from: "cache" };
  if (kept !== undefined) {
    say(`${file} is damaged (its sha256 is ${kept}): fetching it again`);
    await rm(file, { force: true });
  }
  const folder = join(cacheDir, "tarballs");
  await mkdir(folder, { recursive: true });
  await withScratchFolder(folder, sha256.slice(0, 12), async (scratch) => {
    const fresh = join(scratch, "tarball");
    say(`fetching ${url}`);
    await download({ url, file: fresh, sha256, signal, onProgress: everySome(say) });
    await rename(fresh, file);
  });
  return { file, from: "download" };
}

function everySome(
  say: (line: string) => void,
): (receivedBytes: number, totalBytes: number | undefined) => void {
  let last = performance.now();
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return (receivedBytes, totalBytes) => {
    if (performance.now() - last < PROGRESS_EVERY_MS) return;
    last = performance.now();
    const total = totalBytes === undefined ? "" : ` of ${megabytes(totalBytes)}`;
    say(`  ${megabytes(receivedBytes)}${total} MB`);
  };
}
