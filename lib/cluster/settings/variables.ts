import { parseReleaseOrLine, RELEASE_LINES, type ReleaseLine } from "../etcd-release";
import { knows, type SettingRow, type Spelling } from "./row";
import { SETTING_KEYS, SETTINGS, type EtcdSettings, type SettingKey } from "./table";

const FEATURE_GATES = "ETCD_FEATURE_GATES";

/**
 * What a member's environment must hold for these settings and, where they say nothing, for the shipped defaults:
 * `[name, value]` in the order of the table, `ETCD_FEATURE_GATES` last. What the release does not know is left out: etcd
 * would only log a warning about it. Callers refuse such settings before (see {@link isKnownTo}) when a person asked for them.
 *
 * @param release a release (`3.5.16`), or a line (`3.5`) for the newest release of it
 * @throws TypeError when `release` is neither
 */
export function settingVariables(
  settings: Readonly<Partial<EtcdSettings>>,
  release: string,
): [name: string, value: string][] {
  const effective = effectiveSettings(settings, release);
  const variables: [string, string][] = [];
  const gates: string[] = [];
  for (const key of SETTING_KEYS) {
    const written = write(key, effective);
    const spelling = spellingFor(key, release);
    if (written === undefined || spelling === undefined) continue;
    if ("gate" in spelling) gates.push(`${spelling.gate}=${written}`);
    else variables.push([spelling.variable, written]);
  }
  return gates.length === 0 ? variables : [...variables, [FEATURE_GATES, gates.join(",")]];
}

/**
 * The shipped defaults that `release` knows, overlaid with `settings`: what a member of that release really gets.
 *
 * @throws TypeError when `release` is neither a release nor a line
 */
export function effectiveSettings(
  settings: Readonly<Partial<EtcdSettings>>,
  release: string,
): Partial<EtcdSettings> {
  // The shipped retention is a length of time; with mode revision it would mean nothing.
  const unfit: readonly SettingKey[] =
    settings.autoCompactionMode === "revision" ? ["autoCompactionRetention"] : [];
  const shipped = SETTING_KEYS.filter((key) => isKnownTo(key, release) && !unfit.includes(key)).map(
    (key) => [key, SETTINGS[key].shipped] as const,
  );
  const isGiven = ([, value]: readonly [string, unknown]): boolean => value !== undefined;
  return Object.fromEntries([...shipped.filter(isGiven), ...Object.entries(settings).filter(isGiven)]);
}

/**
 * Whether a release has the setting.
 *
 * @param release a release (`3.5.16`), or a line (`3.5`) for the newest release of it
 * @throws TypeError when `release` is neither
 */
export function isKnownTo(key: SettingKey, release: string): boolean {
  return spellingFor(key, release) !== undefined;
}

/** For messages, e.g. `3.5.5 and later`. */
export function releasesThatKnow(key: SettingKey): string {
  const firsts = RELEASE_LINES.map((line) => firstIn(line, SETTINGS[key].spellings)).filter(
    (first) => first !== undefined,
  );
  // Everything after the last line that got the setting in the middle knows it throughout.
  const tail = firsts.findLastIndex((first) => !first.endsWith(".0"));
  const start = Math.max(tail, 0);
  const last = RELEASE_LINES.at(-1);
  const open = isKnownTo(key, newerThanAllKnown());
  return [
    ...firsts.slice(0, start).map((first) => `${first} and later ${lineOf(first)} releases`),
    `${firsts[start]} ${open ? "and later" : `to ${last}`}`,
  ].join(", ");
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- ties the value's type to the row's
function write<K extends SettingKey>(key: K, settings: Readonly<Partial<EtcdSettings>>): string | undefined {
  const value: EtcdSettings[K] | undefined = settings[key];
  const row: SettingRow<EtcdSettings[K]> = SETTINGS[key];
  return value === undefined ? undefined : row.kind.write(value);
}

function spellingFor(key: SettingKey, release: string): Spelling | undefined {
  return SETTINGS[key].spellings.find((spelling) => knows(spelling, release));
}

/** The first release of a line that has one of the spellings. */
function firstIn(line: ReleaseLine, spellings: readonly Spelling[]): string | undefined {
  const named = spellings.flatMap((spelling) => spelling.since).find((first) => lineOf(first) === line);
  if (named !== undefined) return named;
  return spellings.some((spelling) => knows(spelling, `${line}.0`)) ? `${line}.0` : undefined;
}

function lineOf(release: string): string {
  const { major, minor } = parseReleaseOrLine(release);
  return `${major}.${minor}`;
}

function newerThanAllKnown(): string {
  const { major, minor } = parseReleaseOrLine(RELEASE_LINES[RELEASE_LINES.length - 1] ?? "");
  return `${major}.${minor + 1}.0`;
}
