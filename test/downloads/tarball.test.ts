import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cachedTarball, placeFile, tarballPath, type CachedTarball } from "../../lib/downloads";

const CONTENT = Buffer.alloc(300_000, "etcd");
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

let cacheDir: string;
let server: Server;
let requests: number;
let handler: RequestListener;
let lines: string[];
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "cdktf-etcd-tarballs-"));
  [requests, lines] = [0, []];
  handler = (_, response) => response.end(CONTENT);
  server = createServer((request, response) => {
    requests += 1;
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(cacheDir, { recursive: true, force: true });
});

const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/etcd.tar.gz`;

function get(sha256 = SHA256): Promise<CachedTarball> {
  return cachedTarball({ url: url(), sha256, cacheDir, say: (line) => lines.push(line) });
}

test("is fetched once, and taken from the cache from then on, also by its sum in capitals", async () => {
  const file = tarballPath({ cacheDir, sha256: SHA256 });
  expect(file).toBe(join(cacheDir, "tarballs", `${SHA256}.tar.gz`));
  expect(await get()).toEqual({ file, from: "download" });
  expect(await readFile(file)).toEqual(CONTENT);
  expect(lines).toEqual([`fetching ${url()}`]);
  expect(await get(SHA256.toUpperCase())).toEqual({ file, from: "cache" });
  expect(requests).toBe(1);
});

test("is taken from where a person has put it", async () => {
  const file = tarballPath({ cacheDir, sha256: SHA256 });
  await mkdir(join(cacheDir, "tarballs"));
  await writeFile(file, CONTENT);
  expect(await get()).toEqual({ file, from: "cache" });
  expect(requests).toBe(0);
});

test("is fetched again when it is damaged", async () => {
  const { file } = await get();
  await writeFile(file, "half");
  expect((await get()).from).toBe("download");
  expect(await readFile(file)).toEqual(CONTENT);
  expect(lines[1]).toMatch(/ is damaged \(its sha256 is [0-9a-f]{64}\): fetching it again$/);
});

test("is not kept when it is another file, and nothing is left of it", async () => {
  handler = (_, response) => response.end("<html>Please log in</html>");
  await expect(get()).rejects.toThrow("is not the file that was expected");
  expect(readdirSync(join(cacheDir, "tarballs"))).toEqual([]);
});

test("comes whole for many who want it at once", async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => get()));
  expect(new Set(all.map(({ file }) => file)).size).toBe(1);
  expect(await readFile(all[0]!.file)).toEqual(CONTENT);
  expect(readdirSync(join(cacheDir, "tarballs"))).toEqual([`${SHA256}.tar.gz`]);
});

test("is placed as a second name of the same file, in place of what was there", async () => {
  const { file } = await get();
  const target = join(cacheDir, "project", "tarballs", "etcd.tar.gz");
  await placeFile(file, target);
  expect((await stat(target)).ino).toBe((await stat(file)).ino);
  await placeFile(file, target);
  await rm(target);
  await writeFile(target, "old");
  await placeFile(file, target);
  expect(await readFile(target)).toEqual(CONTENT);
  expect(readdirSync(join(cacheDir, "project", "tarballs"))).toEqual(["etcd.tar.gz"]);
});

test("is copied onto another file system", async () => {
  const { file } = await get();
  const elsewhere = await mkdtemp("/dev/shm/cdktf-etcd-");
  try {
    expect((await stat(elsewhere)).dev).not.toBe((await stat(file)).dev);
    await placeFile(file, join(elsewhere, "etcd.tar.gz"));
    expect(await readFile(join(elsewhere, "etcd.tar.gz"))).toEqual(CONTENT);
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});

test("is not followed through a dangling link in its place", async () => {
  const { file } = await get();
  const target = join(cacheDir, "link");
  await symlink(join(cacheDir, "nowhere"), target);
  await placeFile(file, target);
  expect(await readFile(target)).toEqual(CONTENT);
  expect(existsSync(join(cacheDir, "nowhere"))).toBe(false);
});
