import type { Architecture } from "../../cluster/cluster";
import { compareReleases, OLDEST_SUPPORTED_RELEASE } from "../../cluster/etcd-release";

/** Where an etcd binary came from. */
export type EtcdOrigin = "given" | "path" | "cache" | "release" | "package";

/** What is looked for, and with what means. */
export interface EtcdSearch {
  /** Exactly this one; undefined takes any supported release. */
  readonly release: string | undefined;
  /** sha256 of the release's tarball as the definition gives it. */
  readonly sha256: Readonly<Partial<Record<Architecture, string>>>;
  readonly downloadBaseUrl: string;
  readonly cacheDir: string;
  /** In etcd's spelling; undefined on a machine for which etcd publishes nothing. */
  readonly architecture: Architecture | undefined;
  readonly signal: AbortSignal | undefined;
  /** Takes one line for a person. */
  readonly say: (line: string) => void;
}

/** An etcd that runs here and is the one looked for. */
export interface FoundEtcd {
  /** Absolute path. */
  readonly etcd: string;
  /** Absolute path; not every installation has one. */
  readonly etcdctl: string | undefined;
  readonly release: string;
  readonly origin: EtcdOrigin;
  /** One sentence for a person: which etcd, from where. */
  readonly detail: string;
}

/** What one source had, in the order in which it was looked at, when it did not have the right one. */
export type SourceAnswer =
  | { readonly found: FoundEtcd; readonly misses: readonly string[] }
  | { readonly found?: undefined; readonly misses: readonly string[] };

export type EtcdSource = (search: EtcdSearch) => Promise<SourceAnswer>;

/** Why a release is not the one looked for; undefined when it is. */
export function unwanted(release: string, wanted: string | undefined): string | undefined {
  if (wanted !== undefined) return release === wanted ? undefined : `is etcd ${release}, not ${wanted}`;
  return compareReleases(release, OLDEST_SUPPORTED_RELEASE) < 0
    ? `is etcd ${release}, older than ${OLDEST_SUPPORTED_RELEASE}`
    : undefined;
}

/** In etcd's spelling; undefined for what etcd publishes no binaries of. */
export function hostArchitecture(arch: string = process.arch): Architecture | undefined {
  if (arch === "x64") return "amd64";
  return arch === "arm64" ? "arm64" : undefined;
}
