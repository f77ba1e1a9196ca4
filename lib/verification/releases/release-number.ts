/** A release as etcd says it of itself: `3.5.16`, `3.7.0-rc.0`. */
export interface ReleaseNumber {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly isPreRelease: boolean;
}

/** @returns undefined for what is no release number; a suffix of a distribution is not looked at */
export function parseRelease(text: string): ReleaseNumber | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-(\S+))?/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, suffix = ""] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    isPreRelease: /^(?:alpha|beta|rc|pre)\b/.test(suffix),
  };
}

/** Negative if `a` is older than `b`. */
export function compareReleases(a: ReleaseNumber, b: ReleaseNumber): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || stage(a) - stage(b);
}

/** `3.5`, the releases that are kept alike. */
export function lineOf({ major, minor }: ReleaseNumber): string {
  return `${major}.${minor}`;
}

const stage = ({ isPreRelease }: ReleaseNumber): number => (isPreRelease ? 0 : 1);
