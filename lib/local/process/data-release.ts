import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { compareReleases, parseRelease } from "../../cluster/etcd-release";
import { ExternalError } from "../../errors";
import type { MemberFolder } from "./member-folder";

/** The release that last served the member's data; undefined when there is no data or nobody knows. */
export function dataReleaseOf(folder: MemberFolder): string | undefined {
  if (!hasData(folder)) return undefined;
  try {
    const release = readFileSync(folder.dataReleaseFile, "utf8").trim();
    return parseRelease(release) === undefined ? undefined : release;
  } catch {
    return undefined;
  }
}

export function rememberDataRelease(folder: MemberFolder, release: string): void {
  writeFileSync(folder.dataReleaseFile, `${release}\n`);
}

export function hasData(folder: MemberFolder): boolean {
  return existsSync(folder.dataDir) && readdirSync(folder.dataDir).length > 0;
}

/**
 * Going back to an older minor line is a procedure of its own over a healthy cluster, never a plain start on newer data.
 * Source: https://etcd.io/docs/v3.6/downgrades/
 * @throws ExternalError when `release` is of an older minor line than the data
 */
export function refuseDowngrade(folder: MemberFolder, memberName: string, release: string): void {
  const written = dataReleaseOf(folder);
  if (written === undefined || !isOlderMinorLine(release, written)) return;
  throw new ExternalError(
    `member "${memberName}": its data was last served by etcd ${written} and cannot be opened by the older ${release}`,
    {
      remedy:
        `Run etcd ${minorLine(written)} or newer (etcd.release in the definition), ` +
        `or remove ${folder.path} when the data is not needed.`,
    },
  );
}

function isOlderMinorLine(release: string, than: string): boolean {
  return compareReleases(minorLine(release), minorLine(than)) < 0;
}

function minorLine(release: string): string {
  return release.split(".", 2).join(".");
}
