import { compareReleases, parseRelease, type ReleaseNumber } from "./release-number";

/** Something wrong with some releases that whoever runs one of them should know. */
export interface Advisory {
  /** First release of a line that has it, and the one that has it no more. */
  readonly ranges: readonly { readonly from: string; readonly fixedIn: string }[];
  /** What it can do, as the rest of "etcd 3.5.1 …". */
  readonly what: string;
  /** `failed`: the project itself says that these must not be used in production. */
  readonly severity: "failed" | "warned";
  /** Whom it concerns. @default - everybody */
  readonly concerns?: "authentication" | "tls";
  readonly source: string;
}

/** As of 2026-11-22: what loses or shows data, or stops a cluster. Not every fix of every release. */
export const advisories: readonly Advisory[] = [
  {
    ranges: [{ from: "3.5.0", fixedIn: "3.5.3" }],
    what: "can lose confirmed writes on a member that is killed under load",
    severity: "failed",
    source: "https://github.com/etcd-io/etcd/blob/main/Documentation/postmortems/v3.5-data-inconsistency.md",
  },
  {
    ranges: [{ from: "3.5.0", fixedIn: "3.5.6" }],
    what: "can let a member's data depart from the others' when it crashes during a defragmentation",
    severity: "warned",
    source: "https://github.com/kubernetes/kubernetes/pull/114064",
  },
  {
    ranges: [{ from: "3.4.0", fixedIn: "3.4.4" }],
    what: "can corrupt its database during a defragmentation",
    severity: "warned",
    source: "https://github.com/etcd-io/etcd/pull/11613",
  },
  {
    ranges: [{ from: "3.5.0", fixedIn: "3.5.13" }],
    what: "can keep events from a watch after a compaction",
    severity: "warned",
    source: "https://github.com/etcd-io/etcd/pull/17612",
  },
  {
    ranges: [{ from: "3.6.0", fixedIn: "3.6.4" }],
    what: "may not start again after a learner was promoted",
    severity: "warned",
    source: "https://github.com/etcd-io/etcd/pull/20387",
  },
  {
    ranges: [
      { from: "3.4.0", fixedIn: "3.5.33" },
      { from: "3.6.0", fixedIn: "3.6.14" },
      { from: "3.7.0", fixedIn: "3.7.1" },
    ],
    what: "can be made to run out of memory by whoever reaches a TLS port (CVE-2026-73500)",
    severity: "warned",
    concerns: "tls",
    source: "https://github.com/etcd-io/etcd/security/advisories/GHSA-6vch-q96h-7gc3",
  },
  {
    ranges: [{ from: "3.4.0", fixedIn: "3.4.8" }],
    what: "can let the members' data depart from each other when users or roles are changed",
    severity: "warned",
    concerns: "authentication",
    source: "https://github.com/etcd-io/etcd/pull/11652",
  },
  {
    ranges: [
      { from: "3.4.20", fixedIn: "3.4.22" },
      { from: "3.5.5", fixedIn: "3.5.6" },
    ],
    what: "can let a member's data depart from the others' when it is added to a cluster with authentication",
    severity: "warned",
    concerns: "authentication",
    source: "https://github.com/kubernetes/kubernetes/pull/114064",
  },
  {
    ranges: [
      { from: "3.4.0", fixedIn: "3.4.42" },
      { from: "3.5.0", fixedIn: "3.5.28" },
      { from: "3.6.0", fixedIn: "3.6.9" },
    ],
    what: "lets users read and write beyond their permissions (CVE-2026-33413, CVE-2026-33343)",
    severity: "warned",
    concerns: "authentication",
    source: "https://etcd.io/blog/2026/mar20-patch-release/",
  },
  {
    ranges: [
      { from: "3.4.0", fixedIn: "3.4.44" },
      { from: "3.5.0", fixedIn: "3.5.30" },
      { from: "3.6.0", fixedIn: "3.6.11" },
    ],
    what: "lets users read beyond their permissions by transactions (CVE-2026-44283)",
    severity: "warned",
    concerns: "authentication",
    source: "https://github.com/etcd-io/etcd/security/advisories/GHSA-x35m-3gp4-4fh5",
  },
  {
    ranges: [
      { from: "3.4.0", fixedIn: "3.5.33" },
      { from: "3.6.0", fixedIn: "3.6.14" },
      { from: "3.7.0", fixedIn: "3.7.1" },
    ],
    what: "lets users watch keys beyond their permissions (GHSA-xg4h-6gfc-h4m8)",
    severity: "warned",
    concerns: "authentication",
    source: "https://github.com/etcd-io/etcd/security/advisories/GHSA-xg4h-6gfc-h4m8",
  },
];

/** An advisory that concerns a release, and where it is fixed. */
export interface Applying {
  readonly advisory: Advisory;
  readonly fixedIn: string;
}

/** What is known against a release, the worst first. */
export function advisoriesFor(
  release: ReleaseNumber,
  concerns: readonly NonNullable<Advisory["concerns"]>[],
): Applying[] {
  const applying = advisories
    .filter((advisory) => advisory.concerns === undefined || concerns.includes(advisory.concerns))
    .flatMap((advisory) => {
      const range = advisory.ranges.find(({ from, fixedIn }) => isWithin(release, from, fixedIn));
      return range === undefined ? [] : [{ advisory, fixedIn: range.fixedIn }];
    });
  return applying.sort((a, b) => rank(a) - rank(b));
}

const rank = ({ advisory }: Applying): number => (advisory.severity === "failed" ? 0 : 1);

/** A release candidate counts as the release. */
function isWithin(release: ReleaseNumber, from: string, fixedIn: string): boolean {
  const number = { ...release, isPreRelease: false };
  const [first, fixed] = [parseRelease(from), parseRelease(fixedIn)];
  if (first === undefined || fixed === undefined) return false;
  return compareReleases(number, first) >= 0 && compareReleases(number, fixed) < 0;
}
