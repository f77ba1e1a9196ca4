import { compareReleases, type ReleaseLine } from "../etcd-release";
import type { Kind } from "./kinds";

/** One etcd setting: all that this package knows of it. */
export interface SettingRow<V> {
  /** One sentence for editors and documentation; the defaults are added to it. */
  readonly description: string;
  readonly kind: Kind<V>;
  /** What etcd does when nothing is said, as a person would write it. */
  readonly etcdDefault: string;
  /** What this package says when the definition says nothing; absent leaves it to etcd and writes nothing. */
  readonly shipped?: V;
  /** Where defaults, bounds and names come from. */
  readonly sources: readonly string[];
  /** What etcd calls it; at most one of them is known to any one release. */
  readonly spellings: readonly Spelling[];
}

/** A row for every key of `T`: a key without one does not compile. */
export type SettingRows<T> = { readonly [K in keyof T]-?: SettingRow<T[K]> };

interface KnownFrom {
  /**
   * First release that knows this spelling, once per line when it came to an older line as well: after
   * `["3.4.20", "3.5.5"]`, 3.4.23 knows it, 3.5.4 does not, and 3.6 does.
   */
  readonly since: readonly string[];
  /** Last line that knows it. */
  readonly until?: ReleaseLine;
}

/** A name that etcd gives a setting: an environment variable, or a gate inside `ETCD_FEATURE_GATES`. */
export type Spelling = KnownFrom & ({ readonly variable: `ETCD_${string}` } | { readonly gate: string });

const FIRST = ["3.4.0"] as const;

export function variable(
  name: `ETCD_${string}`,
  since: readonly string[] = FIRST,
  until?: ReleaseLine,
): Spelling {
  return { variable: name, since, ...(until === undefined ? {} : { until }) };
}

/**
 * 3.6 gave the experimental flags their final names, and 3.7 dropped the old ones
 * (https://etcd.io/docs/v3.6/upgrades/upgrade_3_6/#flags-deprecated). On 3.6 only the new one is used: there the old one
 * logs a deprecation, and some old ones are refused beside the new one.
 */
export function promotedVariable(name: string, since: readonly string[] = FIRST): readonly Spelling[] {
  return [variable(`ETCD_EXPERIMENTAL_${name}`, since, "3.5"), variable(`ETCD_${name}`, ["3.6.0"])];
}

/** As {@link promotedVariable}, for the flags that became feature gates. */
export function variableThenGate(
  name: `ETCD_${string}`,
  gate: string,
  since: readonly string[] = FIRST,
): readonly Spelling[] {
  return [variable(name, since, "3.5"), { gate, since: ["3.6.0"] }];
}

/**
 * Whether a release accepts this spelling.
 *
 * @param release a release (`3.5.16`), or a line (`3.5`) for the newest release of it
 */
export function knows(spelling: Spelling, release: string): boolean {
  if (spelling.until !== undefined && compareReleases(release, spelling.until) > 0) return false;
  const inTheSameLine = spelling.since.find((first) => lineText(first) === lineText(release));
  if (inTheSameLine !== undefined) return compareReleases(release, inTheSameLine) >= 0;
  return spelling.since.every((first) => compareReleases(release, first) > 0);
}

// Not `releaseLine`: that one rounds a line newer than the newest known one down to it.
function lineText(release: string): string {
  return release.split(".", 2).join(".");
}
