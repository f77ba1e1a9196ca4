import type { Architecture } from "./cluster";
import pinned from "./etcd-releases.json";

/** An etcd release number such as 3.6.14, taken apart. */
export interface Release {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The minor lines whose settings this package knows. A newer one is treated as the newest of these. */
export const RELEASE_LINES = ["3.4", "3.5", "3.6", "3.7"] as const;
export type ReleaseLine = (typeof RELEASE_LINES)[number];

/** 3.3 and older have neither the zap logger nor half of the settings, and are long past their end of life. */
export const OLDEST_SUPPORTED_RELEASE = "3.4.0";

/** Where etcd itself publishes its tarballs. */
export const DEFAULT_DOWNLOAD_BASE_URL = "https://github.com/etcd-io/etcd/releases/download";

const NUMBER = "(0|[1-9]\\d*)";
const RELEASE = new RegExp(`^${NUMBER}\\.${NUMBER}\\.${NUMBER}$`);
const LINE = new RegExp(`^${NUMBER}\\.${NUMBER}$`);

const PINNED: Readonly<Record<string, Readonly<Record<Architecture, string>>>> = pinned.releases;

/** Reads `3.6.14`; undefined for anything else (`3.6`, `v3.6.14`, `3.6.0-rc.1`). */
export function parseRelease(text: string): Release | undefined {
  const [, major, minor, patch] = RELEASE.exec(text) ?? [];
  return patch === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/**
 * Like {@link parseRelease}, but a bare line (`3.6`) is also read, as the newest patch release of it.
 *
 * @throws TypeError for anything else: callers pass what was validated before.
 */
export function parseReleaseOrLine(text: string): Release {
  const release = parseRelease(text);
  if (release !== undefined) return release;
  const [, major, minor] = LINE.exec(text) ?? [];
  if (minor === undefined) throw new TypeError(`not an etcd release: ${JSON.stringify(text)}`);
  return { major: Number(major), minor: Number(minor), patch: Number.POSITIVE_INFINITY };
}

/**
 * Negative when `a` is older than `b`, zero when they are the same; for `Array.sort`.
 *
 * @throws TypeError when either is not a release or a line.
 */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [parseReleaseOrLine(a), parseReleaseOrLine(b)];
  const difference = left.major - right.major || left.minor - right.minor;
  if (difference !== 0 || left.patch === right.patch) return difference;
  return left.patch < right.patch ? -1 : 1;
}

/** The line of a release, the newest known one for a newer release; undefined when it is older than 3.4. */
export function releaseLine(release: string): ReleaseLine | undefined {
  const { major, minor } = parseReleaseOrLine(release);
  const exact = RELEASE_LINES.find((line) => line === `${major}.${minor}`);
  if (exact !== undefined) return exact;
  return compareReleases(release, OLDEST_SUPPORTED_RELEASE) < 0 ? undefined : RELEASE_LINES.at(-1);
}

/** Releases whose sha256 sums come with this package, newest first. */
export const PINNED_RELEASES: readonly string[] = Object.keys(PINNED).sort((a, b) => compareReleases(b, a));

/** The newest pinned release. */
export const DEFAULT_RELEASE: string = newestPinned();

/** sha256 of the release's tarball, 64 hexadecimal digits; undefined when this package does not know the release. */
export function pinnedSha256(release: string, architecture: Architecture): string | undefined {
  return Object.hasOwn(PINNED, release) ? PINNED[release]?.[architecture] : undefined;
}

/** File name of a release's tarball, e.g. `etcd-v3.6.14-linux-arm64.tar.gz`. */
export function tarballName(release: string, architecture: Architecture): string {
  return `etcd-v${release}-linux-${architecture}.tar.gz`;
}

/**
 * Where a release's tarball is fetched.
 *
 * @param downloadBaseUrl mirror, with or without a slash at its end
 */
export function tarballUrl(
  release: string,
  architecture: Architecture,
  downloadBaseUrl: string = DEFAULT_DOWNLOAD_BASE_URL,
): string {
  return `${downloadBaseUrl.replace(/\/+$/, "")}/v${release}/${tarballName(release, architecture)}`;
}

function newestPinned(): string {
  const [newest] = PINNED_RELEASES;
  if (newest === undefined) throw new Error("etcd-releases.json lists no release");
  return newest;
}
