import { compareReleases, lineOf, parseRelease, type ReleaseNumber } from "./release-number";

/** One minor line of etcd. */
interface Line {
  readonly line: string;
  /** Its newest release when this table was last looked at. */
  readonly newest: string;
  /** When its last release came out. @default - it still gets fixes */
  readonly endedOn?: string;
  /** Oldest release from which to go to the next line. @default - any */
  readonly leaveFrom?: string;
  /** Why that, and that its support ended. */
  readonly source: string;
}

/**
 * As of 2026-11-22. That 3.5, 3.6 and 3.7 get fixes: https://etcd.io/blog/2026/sep-21-patch-release/, which is one line more than the
 * policy promises (https://etcd.io/docs/v3.6/op-guide/versioning/). Releases before 3.4 ended with the line two above them.
 */
const lines: readonly Line[] = [
  {
    line: "3.4",
    newest: "3.4.45",
    endedOn: "2026-06-01",
    source: "https://etcd.io/blog/2026/june-patch-release/",
  },
  {
    line: "3.5",
    newest: "3.5.34",
    // Before that, members removed long ago may come back: they are still in the store that 3.6 goes by.
    leaveFrom: "3.5.26",
    source: "https://etcd.io/blog/2025/zombie_members_upgrade/",
  },
  {
    line: "3.6",
    newest: "3.6.15",
    leaveFrom: "3.6.11",
    source: "https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/",
  },
  { line: "3.7", newest: "3.7.2", source: "https://etcd.io/blog/2026/sep-21-patch-release/" },
];

/** etcd supports neither skipping a line nor going on without a way back: https://etcd.io/docs/v3.6/upgrades/upgrading-etcd/ */
const hopRules = "One minor line at a time, one member at a time, and a snapshot first";

/** The end of a release's support. */
export interface Ended {
  readonly what: string;
  readonly remedy: string;
}

/** @returns undefined if its line still gets fixes, or is newer than what is known here */
export function endOfSupport(release: ReleaseNumber): Ended | undefined {
  const [oldest] = lines;
  const known = lines.find(({ line }) => line === lineOf(release));
  const isOlder = oldest !== undefined && compareLines(release, oldest.line) < 0;
  if (!isOlder && known?.endedOn === undefined) return undefined;
  const since = known?.endedOn === undefined ? "" : ` since ${known.endedOn}`;
  const source = known?.source ?? "https://etcd.io/docs/v3.6/op-guide/versioning/";
  return {
    what: `etcd ${lineOf(release)} gets no more fixes${since} (${source})`,
    remedy: `${upgradePath(release)}.`,
  };
}

/** The way to the next line that still gets fixes. */
export function upgradePath(release: ReleaseNumber): string {
  const target = lines.find(({ endedOn, line }) => endedOn === undefined && compareLines(release, line) < 0);
  if (target === undefined) return hopRules;
  const next = lineOf({ ...release, minor: release.minor + 1 });
  const hop = next === target.line ? "" : `, ${next} first`;
  const later = lines.flatMap(({ line, leaveFrom }) =>
    leaveFrom === undefined ? [] : [`from ${leaveFrom} or later on leave ${line}`],
  );
  return `Upgrade to ${target.newest} or later${hop}. ${hopRules}; only ${later.join(", ")}`;
}

function compareLines(release: ReleaseNumber, line: string): number {
  const other = parseRelease(`${line}.0`);
  return other === undefined ? 0 : compareReleases({ ...release, patch: 0, isPreRelease: false }, other);
}
