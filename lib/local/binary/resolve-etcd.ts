import { resolve } from "node:path";
import type { Architecture } from "../../cluster/cluster";
import { DEFAULT_DOWNLOAD_BASE_URL, OLDEST_SUPPORTED_RELEASE } from "../../cluster/etcd-release";
import { ExternalError } from "../../errors";
import { explainSystemError } from "../../system-error";
import { defaultCacheDir } from "../../downloads";
import { hostArchitecture, type EtcdSearch, type EtcdSource, type FoundEtcd } from "./etcd-source";
import { fromCache } from "./from-cache";
import { fromPackage } from "./from-package";
import { fromPath, givenEtcd } from "./from-path";
import { fromRelease } from "./from-release";

export interface ResolveEtcdOptions {
  /** The release that the definition pins. @default - any supported release */
  readonly release?: string | undefined;
  /** sha256 of that release's tarball. @default - the pinned sum that comes with this package */
  readonly sha256?: Readonly<Partial<Record<Architecture, string>>>;
  /** @default - etcd's own releases */
  readonly downloadBaseUrl?: string;
  /** @default - `defaultCacheDir()` */
  readonly cacheDir?: string;
  /** A binary to use instead of looking for one. */
  readonly path?: string | undefined;
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The order is the users' expectation: what is installed first, the network last. */
const SOURCES: readonly EtcdSource[] = [fromPath, fromCache, fromRelease, fromPackage];

/**
 * Finds the etcd that runs the members on this machine; fetches one when there is none.
 * @throws ExternalError with everything that was tried when no source has it; a pinned release is never replaced by another
 */
export async function resolveEtcd(options: ResolveEtcdOptions = {}): Promise<FoundEtcd> {
  const search: EtcdSearch = {
    release: options.release,
    sha256: options.sha256 ?? {},
    downloadBaseUrl: options.downloadBaseUrl ?? DEFAULT_DOWNLOAD_BASE_URL,
    cacheDir: resolve(options.cacheDir ?? defaultCacheDir()),
    architecture: hostArchitecture(),
    signal: options.signal,
    say: options.onProgress ?? (() => undefined),
  };
  if (options.path !== undefined) return givenEtcd(options.path, search);
  return searchSources(search).catch((error: unknown) => {
    throw explainSystemError("looking for etcd", error);
  });
}

async function searchSources(search: EtcdSearch): Promise<FoundEtcd> {
  const tried: string[] = [];
  for (const source of SOURCES) {
    if (search.signal?.aborted) throw new ExternalError("interrupted while looking for etcd");
    const { found, misses } = await source(search);
    tried.push(...misses);
    for (const miss of misses) search.say(miss);
    if (found !== undefined) return found;
  }
  const wanted = search.release ?? `${OLDEST_SUPPORTED_RELEASE} or newer`;
  throw new ExternalError(
    [`no etcd ${wanted} for this machine:`, ...tried.map((miss) => `  - ${miss}`)].join("\n"),
    {
      remedy: remedyFor(search),
    },
  );
}

function remedyFor(search: EtcdSearch): string {
  const ways = [
    `put an etcd ${search.release ?? "binary"} on PATH`,
    "name one in the definition (local.etcdPath)",
  ];
  if (process.platform === "linux")
    ways.push("set etcd.downloadBaseUrl to a mirror that this machine reaches");
  if (search.release !== undefined) ways.push("leave etcd.release out to take what is here");
  return `One of these helps: ${ways.join("; ")}.`;
}
