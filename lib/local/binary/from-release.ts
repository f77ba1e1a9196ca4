import { chmod, mkdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Architecture } from "../../cluster/cluster";
import { DEFAULT_RELEASE, pinnedSha256, tarballName, tarballUrl } from "../../cluster/etcd-release";
import { ExternalError } from "../../errors";
import { askRelease } from "./ask-release";
import { cachedTarball, publishFolder, withScratchFolder } from "../../downloads";
import type { EtcdSearch, FoundEtcd, SourceAnswer } from "./etcd-source";
import { cacheEntry } from "./from-cache";

/** The tarball that etcd publishes, checked against its pinned sum before anything of it is unpacked. */
export async function fromRelease(search: EtcdSearch): Promise<SourceAnswer> {
  const { architecture } = search;
  const release = search.release ?? DEFAULT_RELEASE;
  if (process.platform !== "linux" || architecture === undefined) {
    return {
      misses: [
        `release: etcd's tarballs are fetched for Linux on amd64 and arm64 only, this is ${platform()}`,
      ],
    };
  }
  const sha256 = (search.release && search.sha256[architecture]) || pinnedSha256(release, architecture);
  if (sha256 === undefined) {
    return {
      misses: [
        `release: no sha256 is known of ${tarballName(release, architecture)} (etcd.sha256.${architecture})`,
      ],
    };
  }
  try {
    return { found: await fetchRelease(search, release, architecture, sha256), misses: [] };
  } catch (error) {
    if (!(error instanceof ExternalError) || search.signal?.aborted) throw error;
    return { misses: [`release: ${error.message}`] };
  }
}

async function fetchRelease(
  search: EtcdSearch,
  release: string,
  architecture: Architecture,
  sha256: string,
): Promise<FoundEtcd> {
  const { cacheDir, signal, say } = search;
  const url = tarballUrl(release, architecture, search.downloadBaseUrl);
  const folder = cacheEntry(cacheDir, "release", release, architecture);
  // The same file that a deploy on AWS uploads.
  const tarball = await cachedTarball({ url, sha256, cacheDir, signal, say });
  await withScratchFolder(join(cacheDir, "release"), `v${release}`, async (scratch) => {
    const unpacked = await unpackTarball(tarball.file, join(scratch, "unpacked"));
    const answer = await askRelease(join(unpacked, "etcd"), signal);
    if (answer.release !== release) {
      throw new ExternalError(
        `${url}: its etcd ${answer.problem ?? `is etcd ${answer.release}, not ${release}`}`,
      );
    }
    await publishFolder(folder, async (into) => {
      for (const program of ["etcd", "etcdctl"]) await rename(join(unpacked, program), join(into, program));
    });
  });
  const etcd = join(folder, "etcd");
  return {
    etcd,
    etcdctl: join(folder, "etcdctl"),
    release,
    origin: "release",
    detail: `etcd ${release}, release tarball from ${tarball.from === "cache" ? "the cache" : url}: ${etcd}`,
  };
}

async function unpackTarball(tarball: string, into: string): Promise<string> {
  await mkdir(into);
  const { extract } = await import("tar");
  const wanted = new Set(["etcd", "etcdctl"]);
  const seen = new Set<string>();
  await extract({
    file: tarball,
    cwd: into,
    strip: 1,
    filter: (path, entry) => {
      const take =
        path.split("/").length === 2 &&
        wanted.has(basename(path)) &&
        "type" in entry &&
        entry.type === "File";
      if (take) seen.add(basename(path));
      return take;
    },
  }).catch((error: unknown) => {
    throw new ExternalError(
      `the tarball cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  for (const program of wanted) {
    if (!seen.has(program)) throw new ExternalError(`the tarball has no ${program}`);
    await chmod(join(into, program), 0o755);
  }
  return into;
}

function platform(): string {
  return `${process.platform} on ${process.arch}`;
}
