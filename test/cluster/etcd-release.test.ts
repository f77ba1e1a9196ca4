import { describe, expect, it } from "vitest";
import pinned from "../../lib/cluster/etcd-releases.json";
import {
  compareReleases,
  DEFAULT_RELEASE,
  OLDEST_SUPPORTED_RELEASE,
  parseRelease,
  PINNED_RELEASES,
  pinnedSha256,
  releaseLine,
  tarballName,
  tarballUrl,
} from "../../lib/cluster/etcd-release";

describe("release numbers", () => {
  it("are taken apart", () => {
    expect(parseRelease("3.6.14")).toEqual({ major: 3, minor: 6, patch: 14 });
  });

  it.each(["", "3.6", "v3.6.14", "3.6.14-rc.1", "3.6.014", "3.6.x", " 3.6.14"])("refuses %j", (text) => {
    expect(parseRelease(text)).toBeUndefined();
  });

  it("are ordered by number, not by letter", () => {
    expect(["3.6.9", "3.10.0", "3.6.14", "3.5.30", "4.0.0"].sort(compareReleases)).toEqual([
      "3.5.30",
      "3.6.9",
      "3.6.14",
      "3.10.0",
      "4.0.0",
    ]);
    expect(compareReleases("3.6.14", "3.6.14")).toBe(0);
  });

  it("put a line after all of its patch releases", () => {
    expect(["3.6.0", "3.5", "3.5.999"].sort(compareReleases)).toEqual(["3.5.999", "3.5", "3.6.0"]);
    expect(compareReleases("3.5", "3.5")).toBe(0);
  });

  it("belong to a line; a newer one counts as the newest known, an older one as none", () => {
    expect(["3.3.27", "3.4.0", "3.5.16", "3.6", "3.7.1", "3.8.0", "4.0.0"].map(releaseLine)).toEqual([
      undefined,
      "3.4",
      "3.5",
      "3.6",
      "3.7",
      "3.7",
      "3.7",
    ]);
  });

  it("fails if a caller passes something that is no release", () => {
    expect(() => compareReleases("3.6.14", "latest")).toThrow(new TypeError('not an etcd release: "latest"'));
  });
});

describe("pinned releases", () => {
  it("are those of the JSON file, newest first, and the newest is the default", () => {
    expect([...PINNED_RELEASES].sort()).toEqual(Object.keys(pinned.releases).sort());
    for (const [index, release] of PINNED_RELEASES.slice(1).entries()) {
      expect(compareReleases(PINNED_RELEASES[index] as string, release)).toBeGreaterThan(0);
    }
    expect(DEFAULT_RELEASE).toBe(PINNED_RELEASES[0]);
  });

  it.each(PINNED_RELEASES.map((release) => [release]))(
    "have two different well-formed sums for %s",
    (release) => {
      const sums = [pinnedSha256(release, "amd64"), pinnedSha256(release, "arm64")];
      expect(sums).toEqual([
        expect.stringMatching(/^[0-9a-f]{64}$/),
        expect.stringMatching(/^[0-9a-f]{64}$/),
      ]);
      expect(sums[0]).not.toBe(sums[1]);
      expect(compareReleases(release, OLDEST_SUPPORTED_RELEASE)).toBeGreaterThanOrEqual(0);
    },
  );

  it.each(["3.6.99", "constructor", "__proto__", ""])("have no sum for %j", (release) => {
    expect(pinnedSha256(release, "amd64")).toBeUndefined();
  });
});

describe("tarballs", () => {
  it("are named and placed as etcd publishes them", () => {
    expect(tarballName("3.6.14", "arm64")).toBe("etcd-v3.6.14-linux-arm64.tar.gz");
    expect(tarballUrl("3.6.14", "amd64")).toBe(
      "https://github.com/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-amd64.tar.gz",
    );
  });

  it("come from a mirror with or without a slash at its end", () => {
    const expected = "https://mirror.example/etcd/v3.6.14/etcd-v3.6.14-linux-amd64.tar.gz";
    expect(tarballUrl("3.6.14", "amd64", "https://mirror.example/etcd")).toBe(expected);
    expect(tarballUrl("3.6.14", "amd64", "https://mirror.example/etcd/")).toBe(expected);
  });
});
