import { access, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { compareReleases, parseRelease } from "../../cluster/etcd-release";
import { askRelease } from "./ask-release";
import { unwanted, type EtcdSearch, type FoundEtcd, type SourceAnswer } from "./etcd-source";

/** What an earlier run fetched, and from where. */
const CACHED_ORIGINS = {
  release: "downloaded by an earlier run",
  package: "from the distribution's package, unpacked by an earlier run",
} as const;
export type CachedOrigin = keyof typeof CACHED_ORIGINS;

/** The folder of one cached etcd: holds `etcd` and `etcdctl`. */
export function cacheEntry(
  cacheDir: string,
  origin: CachedOrigin,
  release: string,
  architecture: string,
): string {
  return join(cacheDir, origin, release, architecture);
}

/** The newest cached etcd that will do. One that does not run, or is not what its folder says, is thrown away. */
export async function fromCache(search: EtcdSearch): Promise<SourceAnswer> {
  const { cacheDir, architecture } = search;
  const misses: string[] = [];
  if (architecture === undefined) return { misses };
  for (const { origin, release } of await entriesOf(cacheDir)) {
    const folder = cacheEntry(cacheDir, origin, release, architecture);
    const etcd = join(folder, "etcd");
    if (!(await isThere(folder))) continue;
    const problem = unwanted(release, search.release) ?? (await damage(etcd, release, search));
    if (problem === undefined) return { found: await foundIn(folder, origin, release), misses };
    misses.push(`cache: ${etcd} ${problem}`);
  }
  return { misses: misses.length > 0 ? misses : [`cache: nothing in ${cacheDir}`] };
}

async function damage(etcd: string, release: string, search: EtcdSearch): Promise<string | undefined> {
  const answer = await askRelease(etcd, search.signal);
  if (answer.release === release) return undefined;
  await rm(join(etcd, ".."), { recursive: true, force: true });
  return `${answer.problem ?? `is etcd ${answer.release}, not ${release}`}; damaged, so it was thrown away`;
}

async function foundIn(folder: string, origin: CachedOrigin, release: string): Promise<FoundEtcd> {
  const etcd = join(folder, "etcd");
  const etcdctl = join(folder, "etcdctl");
  return {
    etcd,
    etcdctl: (await isThere(etcdctl)) ? etcdctl : undefined,
    release,
    origin: "cache",
    detail: `etcd ${release} from the cache (${CACHED_ORIGINS[origin]}): ${etcd}`,
  };
}

async function entriesOf(cacheDir: string): Promise<{ origin: CachedOrigin; release: string }[]> {
  const origins = Object.keys(CACHED_ORIGINS) as CachedOrigin[];
  const lists = await Promise.all(
    origins.map(async (origin) => {
      const names = await readdir(join(cacheDir, origin)).catch(() => []);
      return names.filter((name) => parseRelease(name) !== undefined).map((release) => ({ origin, release }));
    }),
  );
  return lists.flat().sort((a, b) => compareReleases(b.release, a.release));
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
