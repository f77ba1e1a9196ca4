import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judgeReleases } from "../../../lib/verification/checks/known-releases";
import { advisories, advisoriesFor } from "../../../lib/verification/releases/advisories";
import { compareReleases, parseRelease } from "../../../lib/verification/releases/release-number";
import { endOfSupport, upgradePath } from "../../../lib/verification/releases/support";
import { verify } from "../../../lib/verification";
import { etcdBinaries } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check, failedChecks, failures } from "../support/reports";

function release(text: string): NonNullable<ReturnType<typeof parseRelease>> {
  const parsed = parseRelease(text);
  if (parsed === undefined) throw new Error(`${text} is no release`);
  return parsed;
}

const judge = (
  versions: Readonly<Record<string, readonly string[]>>,
  { isPinned = false, isOverNetworkTls = false } = {},
): string[] =>
  judgeReleases(
    Object.entries(versions).map(([text, labels]) => ({ text, labels, number: release(text) })),
    { isPinned, isOverNetworkTls },
  ).map(({ outcome, reason }) => `${outcome}: ${reason}`);

test.each([
  ["3.5.16", [3, 5, 16, false]],
  ["v3.5.16", [3, 5, 16, false]],
  ["3.7.0-rc.0", [3, 7, 0, true]],
  ["3.6.0-pre", [3, 6, 0, true]],
  ["3.5.16-k3s1", [3, 5, 16, false]],
])("%s is read", (text, [major, minor, patch, isPreRelease]) => {
  expect(parseRelease(text)).toEqual({ major, minor, patch, isPreRelease });
});

test("what is no release number is not read", () => {
  expect(parseRelease("unknown")).toBeUndefined();
});

test("releases are ordered by number, and a pre-release comes before its release", () => {
  const sorted = ["3.10.0", "3.9.1", "3.5.9", "3.5.10", "3.6.0", "3.6.0-rc.1"]
    .map((text) => ({ text, number: release(text) }))
    .sort((a, b) => compareReleases(a.number, b.number));
  expect(sorted.map(({ text }) => text)).toEqual([
    "3.5.9",
    "3.5.10",
    "3.6.0-rc.1",
    "3.6.0",
    "3.9.1",
    "3.10.0",
  ]);
});

test.each(["3.5.34", "3.6.15", "3.7.2", "3.8.0", "4.0.0"])("%s is fine", (text) => {
  expect(judge({ [text]: ["a", "b", "c"] }, { isOverNetworkTls: true })).toEqual([
    `passed: ${text}: its line gets fixes, and no grave fault is known`,
  ]);
});

test.each(["3.4.45", "3.3.27", "2.3.8"])("%s gets no more fixes", (text) => {
  expect(judge({ [text]: ["a"] })).toEqual([
    expect.stringMatching(/^warned: etcd \d\.\d gets no more fixes/),
  ]);
});

test("the way out of an ended line goes by one line at a time, with a snapshot, from releases that can be left", () => {
  expect(endOfSupport(release("3.4.23"))?.remedy).toBe(
    "Upgrade to 3.5.34 or later. One minor line at a time, one member at a time, and a snapshot first; only from 3.5.26 or later on leave 3.5, from 3.6.11 or later on leave 3.6.",
  );
  expect(upgradePath(release("3.3.1"))).toContain("Upgrade to 3.5.34 or later, 3.4 first.");
  expect(upgradePath(release("3.5.16"))).toContain("Upgrade to 3.6.15 or later.");
});

test("a release of which etcd's own maintainers say that it loses writes fails, until it is fixed", () => {
  for (const text of ["3.5.0", "3.5.1", "3.5.2"]) {
    expect(judge({ [text]: ["a"] })[0]).toContain(`failed: etcd ${text} can lose confirmed writes`);
  }
  expect(judge({ "3.5.3": ["a"] }).filter((said) => said.startsWith("failed"))).toEqual([]);
});

test("what concerns TLS or authentication is not said where there is none", () => {
  expect(judge({ "3.5.16": ["a"] })).toEqual([expect.stringMatching(/^passed/)]);
  expect(judge({ "3.5.16": ["a"] }, { isOverNetworkTls: true })).toEqual([
    expect.stringContaining("CVE-2026-73500"),
  ]);
  expect(advisoriesFor(release("3.5.30"), ["authentication"]).map(({ fixedIn }) => fixedIn)).toEqual([
    "3.5.33",
  ]);
});

test("one minor line apart is an upgrade under way", () => {
  expect(judge({ "3.5.34": ["a", "b"], "3.6.15": ["c"] })).toEqual([
    "warned: the members run different releases (a and b: 3.5.34; c: 3.6.15)",
  ]);
});

test("whoever has not got the release that is pinned is named by another check", () => {
  expect(judge({ "3.5.33": ["a"], "3.5.34": ["b"] }, { isPinned: true })).toEqual([
    "passed: 3.5.33 and 3.5.34: its line gets fixes, and no grave fault is known",
  ]);
});

test.each([[{ "3.5.34": ["a"], "3.7.2": ["b"] }], [{ "3.7.2": ["a"], "4.0.0": ["b"] }]])(
  "%j must not be mixed, pinned or not",
  (versions) => {
    for (const isPinned of [true, false]) {
      expect(judge(versions, { isPinned })).toEqual([
        expect.stringContaining("failed: the members run releases that must not be mixed"),
      ]);
    }
  },
);

test("a pre-release is told", () => {
  expect(judge({ "3.8.0-rc.0": ["a"] })).toEqual(["warned: 3.8.0-rc.0 is a pre-release"]);
});

test("every range of the table begins before it ends, and names its source", () => {
  for (const { ranges, source } of advisories) {
    expect(source).toMatch(/^https:\/\//);
    for (const { from, fixedIn } of ranges) {
      expect(compareReleases(release(from), release(fixedIn))).toBeLessThan(0);
    }
  }
});

describe("a cluster of which one member was upgraded by one line", () => {
  let folder: string;
  let cluster: RawCluster;
  let releases: { readonly old: string; readonly latest: string };

  beforeAll(async () => {
    const [old, , latest] = await etcdBinaries();
    if (old === undefined || latest === undefined) throw new Error("no etcd");
    releases = { old: old.release, latest: latest.release };
    folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-test-"));
    const etcd = join(folder, "etcd");
    await symlink(old.etcd, etcd);
    cluster = await RawCluster.start({ binaries: { ...old, etcd } });
    const first = cluster.member("etcd-1");
    await first.kill("SIGTERM");
    await rm(etcd);
    await symlink(latest.etcd, etcd);
    await first.restart();
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("works, and is told to finish", async () => {
    const { members } = cluster.expectation;
    const report = await verify({ expectation: { members }, skip: ["lease-expires"] });
    expect(failedChecks(report)).toEqual([]);
    expect(check(report, "known-releases").results.map(({ reason }) => reason)).toEqual([
      `the members run different releases (etcd-1: ${releases.latest}; etcd-2 and etcd-3: ${releases.old})`,
      expect.stringContaining("etcd 3.4 gets no more fixes"),
    ]);
  });

  test("with the release pinned, the members left behind fail, once each", async () => {
    const expectation = { ...cluster.expectation, release: releases.latest };
    const report = await verify({ expectation, skip: ["lease-expires"] });
    expect(failures(report, "release").map(({ member }) => member)).toEqual(["etcd-2", "etcd-3"]);
    expect(failedChecks(report)).toEqual(["release"]);
  });
});
