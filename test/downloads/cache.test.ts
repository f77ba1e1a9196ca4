import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { defaultCacheDir, publishFolder, withScratchFolder } from "../../lib/downloads/cache";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-cache-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("puts the cache where the user says, else where XDG says, else in the home folder", () => {
  expect(defaultCacheDir({ CDKTF_ETCD_CACHE_DIR: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
  expect(defaultCacheDir({ CDKTF_ETCD_CACHE_DIR: "", XDG_CACHE_HOME: "/b" })).toBe("/b/cdktf-etcd");
  expect(defaultCacheDir({ XDG_CACHE_HOME: "" })).toBe(join(homedir(), ".cache", "cdktf-etcd"));
});

test("publishes a folder whole, and keeps one that another process published meanwhile", async () => {
  const target = join(folder, "entry");
  for (const content of ["first", "second"]) {
    await publishFolder(target, (into) => writeFile(join(into, "file"), content));
    expect(readFileSync(join(target, "file"), "utf8")).toBe("first");
  }
  expect(readdirSync(folder)).toEqual(["entry"]);
});

test("publishes nothing when the filling fails", async () => {
  const target = join(folder, "entry");
  const fill = async (into: string): Promise<void> => {
    await writeFile(join(into, "file"), "half");
    throw new Error("stopped half-way");
  };
  await expect(publishFolder(target, fill)).rejects.toThrow("stopped half-way");
  expect(readdirSync(folder)).toEqual([]);
});

test("lets many publish the same folder at once", async () => {
  const target = join(folder, "entry");
  const writers = Array.from({ length: 8 }, (_, index) =>
    publishFolder(target, (into) => writeFile(join(into, "file"), String(index))),
  );
  await Promise.all(writers);
  expect(readFileSync(join(target, "file"), "utf8")).toMatch(/^[0-7]$/);
  expect(readdirSync(folder)).toEqual(["entry"]);
});

test("removes what a killed run left, but not what another run works on", async () => {
  const [old, recent] = [join(folder, ".unfinished-old"), join(folder, ".unfinished-recent")];
  await mkdir(old);
  await mkdir(recent);
  const longAgo = Date.now() / 1000 - 2 * 60 * 60;
  utimesSync(old, longAgo, longAgo);
  await withScratchFolder(folder, "x", () => Promise.resolve());
  expect(existsSync(old)).toBe(false);
  expect(existsSync(recent)).toBe(true);
});
