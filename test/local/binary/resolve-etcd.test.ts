import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { DEFAULT_RELEASE } from "../../../lib/cluster/etcd-release";
import { ExternalError } from "../../../lib/errors";
import { resolveEtcd, type ResolveEtcdOptions } from "../../../lib/local";
import { hostArchitecture } from "../../../lib/local/binary/etcd-source";
import { etcdBinaries, type TestEtcd } from "../../support/etcd";
import { releaseServer, sendTarball, type ReleaseServer } from "./release-server";

const ARCHITECTURE = hostArchitecture()!;

let binaries: [TestEtcd, TestEtcd, TestEtcd];
let server: ReleaseServer;
let folder: string;
let cacheDir: string;
let bin: string;
let lines: string[];

beforeAll(async () => {
  binaries = (await etcdBinaries()) as [TestEtcd, TestEtcd, TestEtcd];
  server = await releaseServer(binaries[1]);
});
afterAll(() => server?.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-resolve-"));
  cacheDir = join(folder, "cache");
  bin = join(folder, "bin");
  await mkdir(bin);
  lines = [];
  server.answerWith(sendTarball);
  // No etcd of this machine's own, but everything that runs apt.
  vi.stubEnv("PATH", `${bin}:/usr/bin:/bin:/usr/sbin:/sbin`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

function resolve(options: ResolveEtcdOptions = {}) {
  return resolveEtcd({
    cacheDir,
    downloadBaseUrl: server.baseUrl,
    onProgress: (line) => lines.push(line),
    ...options,
  });
}

/** The definition pins what the mirror has. */
function pinned(): ResolveEtcdOptions {
  return { release: binaries[1].release, sha256: { [ARCHITECTURE]: server.sha256 } };
}

async function failureOf(promise: Promise<unknown>): Promise<ExternalError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ExternalError);
  return error as ExternalError;
}

function unfinishedIn(path: string): string[] {
  return (existsSync(path) ? readdirSync(path, { recursive: true }) : [])
    .map(String)
    .filter((name) => name.includes("unfinished"));
}

test("takes what is on PATH first, with the etcdctl beside it", async () => {
  await symlink(binaries[0].etcd, join(bin, "etcd"));
  await symlink(binaries[0].etcdctl, join(bin, "etcdctl"));
  const { release } = binaries[0];
  expect(await resolve()).toEqual({
    etcd: join(bin, "etcd"),
    etcdctl: join(bin, "etcdctl"),
    release,
    origin: "path",
    detail: `etcd ${release} from PATH: ${join(bin, "etcd")}`,
  });
  expect(server.requests).toEqual([]);
});

test("fetches the pinned release when PATH has another one, and finds it in the cache from then on", async () => {
  await symlink(binaries[0].etcd, join(bin, "etcd"));
  const { release } = binaries[1];
  const first = await resolve(pinned());
  expect(first).toMatchObject({
    release,
    origin: "release",
    etcd: join(cacheDir, "release", release, ARCHITECTURE, "etcd"),
  });
  expect(existsSync(first.etcdctl!)).toBe(true);
  expect(server.requests).toEqual([`/v${release}/etcd-v${release}-linux-${ARCHITECTURE}.tar.gz`]);
  expect(lines[0]).toBe(`PATH: ${join(bin, "etcd")} is etcd ${binaries[0].release}, not ${release}`);

  const second = await resolve(pinned());
  expect(second).toMatchObject({ release, origin: "cache", etcd: first.etcd });
  expect(server.requests).toHaveLength(1);
  expect(unfinishedIn(cacheDir)).toEqual([]);
});

test("passes over what is no etcd that runs here, and says why", async () => {
  const { release } = binaries[1];
  const folders = ["not-etcd", "not-executable", "wrong-architecture", "right"].map((name) =>
    join(folder, name),
  );
  for (const path of folders) await mkdir(path);
  await writeFile(join(folders[0]!, "etcd"), "#!/bin/sh\necho hello\n", { mode: 0o755 });
  await writeFile(join(folders[1]!, "etcd"), "#!/bin/sh\n", { mode: 0o644 });
  await writeFile(join(folders[2]!, "etcd"), Buffer.from("\x7fELF\x02\x01\x01" + "\0".repeat(57), "latin1"), {
    mode: 0o755,
  });
  await symlink(binaries[1].etcd, join(folders[3]!, "etcd"));
  vi.stubEnv("PATH", folders.join(":"));
  expect(await resolve()).toMatchObject({ release, origin: "path", etcd: join(folders[3]!, "etcd") });
  expect(lines).toEqual([
    `PATH: ${folders[0]}/etcd is not etcd: "--version" does not print "etcd Version: ..."`,
    `PATH: ${folders[1]}/etcd does not run here: not executable (permission denied)`,
    `PATH: ${folders[2]}/etcd is built for another processor than this machine's (${process.arch})`,
  ]);
});

test("passes over an etcd that is too old or no final release", async () => {
  for (const [name, version] of [
    ["old", "3.3.25"],
    ["candidate", "3.6.0-rc.1"],
  ] as const) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "etcd"), `#!/bin/sh\necho "etcd Version: ${version}"\n`, {
      mode: 0o755,
    });
  }
  await symlink(binaries[1].etcd, join(bin, "etcd"));
  vi.stubEnv("PATH", `${join(folder, "old")}:${join(folder, "candidate")}:${bin}`);
  expect((await resolve()).etcd).toBe(join(bin, "etcd"));
  expect(lines).toEqual([
    `PATH: ${join(folder, "old", "etcd")} is etcd 3.3.25, older than 3.4.0`,
    `PATH: ${join(folder, "candidate", "etcd")} says it is etcd "3.6.0-rc.1", which is not a final release`,
  ]);
});

test("takes exactly the binary that the definition names", async () => {
  await symlink(binaries[0].etcd, join(bin, "etcd"));
  const { etcd, etcdctl, release } = binaries[2];
  expect(await resolve({ path: etcd })).toEqual({
    etcd,
    etcdctl,
    release,
    origin: "given",
    detail: `etcd ${release} as the definition names it: ${etcd}`,
  });
});

test("refuses a named binary that is wrong, instead of looking further", async () => {
  await symlink(binaries[1].etcd, join(bin, "etcd"));
  const missing = await failureOf(resolve({ path: join(folder, "no-etcd") }));
  expect(missing.message).toBe(
    `the etcd of the definition cannot be used: ${join(folder, "no-etcd")} does not run here: ` +
      `no such program (or the loader or library that it needs is missing)`,
  );
  const other = await failureOf(resolve({ path: binaries[0].etcd, release: binaries[1].release }));
  expect(other.message).toContain(`is etcd ${binaries[0].release}, not ${binaries[1].release}`);
});

test("refuses a tarball whose sum is wrong, and keeps nothing of it", async () => {
  const wrong = "0".repeat(64);
  const error = await failureOf(resolve({ ...pinned(), sha256: { [ARCHITECTURE]: wrong } }));
  expect(error.message).toContain(`its sha256 is ${server.sha256}, not ${wrong}`);
  expect(existsSync(join(cacheDir, "release", binaries[1].release))).toBe(false);
  expect(unfinishedIn(cacheDir)).toEqual([]);
});

test("refuses another release than the pinned one, and lists what was tried and what each had", async () => {
  await symlink(binaries[0].etcd, join(bin, "etcd"));
  server.answerWith((_, response) => response.writeHead(404).end());
  const release = "3.5.1";
  const error = await failureOf(resolve({ release, sha256: { [ARCHITECTURE]: server.sha256 } }));
  const [title, ...tried] = error.message.split("\n");
  expect(title).toBe("no etcd 3.5.1 for this machine:");
  expect(tried).toHaveLength(4);
  expect(tried.slice(0, 3)).toEqual([
    `  - PATH: ${join(bin, "etcd")} is etcd ${binaries[0].release}, not 3.5.1`,
    `  - cache: nothing in ${cacheDir}`,
    `  - release: ${server.baseUrl}/v3.5.1/etcd-v3.5.1-linux-${ARCHITECTURE}.tar.gz: the server answered 404`,
  ]);
  expect(tried[3]).toMatch(
    /^ {2}- package: the distribution's etcd(-server)? is etcd \d+\.\d+\.\d+, not 3\.5\.1$/,
  );
  expect(error.remedy).toContain("put an etcd 3.5.1 on PATH; name one in the definition (local.etcdPath); ");
});

test("refuses to fetch a release whose sum nobody knows", async () => {
  const error = await failureOf(resolve({ release: "3.5.1" }));
  expect(error.message).toContain(
    `release: no sha256 is known of etcd-v3.5.1-linux-${ARCHITECTURE}.tar.gz (etcd.sha256.${ARCHITECTURE})`,
  );
  expect(server.requests).toEqual([]);
});

test("refuses a tarball that holds another etcd than its name says", async () => {
  const error = await failureOf(resolve({ ...pinned(), release: "3.5.1" }));
  expect(error.message).toContain(`its etcd is etcd ${binaries[1].release}, not 3.5.1`);
  expect(existsSync(join(cacheDir, "release", "3.5.1"))).toBe(false);
});

test("takes the distribution's package, without root's help, when the release is out of reach", async () => {
  server.answerWith((_, response) => response.writeHead(404).end());
  const found = await resolve();
  expect(found.origin).toBe("package");
  expect(found.etcd).toBe(join(cacheDir, "package", found.release, ARCHITECTURE, "etcd"));
  expect(server.requests).toEqual([
    `/v${DEFAULT_RELEASE}/etcd-v${DEFAULT_RELEASE}-linux-${ARCHITECTURE}.tar.gz`,
  ]);
  expect(unfinishedIn(cacheDir)).toEqual([]);
  expect(await resolve()).toMatchObject({ origin: "cache", etcd: found.etcd, release: found.release });
});

test.each([
  ["half a file", "touch EXECUTED\n", "is not a program"],
  ["half a program", "#!/bin/sh\nexit 3\n", "does not run here: exit code 3"],
])("throws a damaged cache entry away and fetches it again: %s", async (_, content, problem) => {
  const { etcd } = await resolve(pinned());
  await writeFile(etcd, content);
  lines = [];
  expect(await resolve(pinned())).toMatchObject({ origin: "release", etcd });
  expect(lines).toContain(`cache: ${etcd} ${problem}; damaged, so it was thrown away`);
  expect(existsSync("EXECUTED")).toBe(false);
});

test("throws a cache entry away that is another release than its folder says", async () => {
  const entry = join(cacheDir, "package", "3.5.9", ARCHITECTURE);
  await mkdir(entry, { recursive: true });
  await copyFile(binaries[0].etcd, join(entry, "etcd"));
  const error = await failureOf(resolve({ release: "3.5.9" }));
  expect(error.message).toContain(
    `is etcd ${binaries[0].release}, not 3.5.9; damaged, so it was thrown away`,
  );
  expect(existsSync(entry)).toBe(false);
});

test("prefers the newest etcd in the cache", async () => {
  for (const { etcd, release } of binaries) {
    const entry = join(cacheDir, "package", release, ARCHITECTURE);
    await mkdir(entry, { recursive: true });
    await symlink(etcd, join(entry, "etcd"));
  }
  expect((await resolve()).release).toBe(binaries[2].release);
});

test("lets two programs fetch at the same time", async () => {
  const [one, other] = await Promise.all([resolve(pinned()), resolve(pinned())]);
  expect(one.etcd).toBe(other.etcd);
  expect((await resolve(pinned())).origin).toBe("cache");
  expect(unfinishedIn(cacheDir)).toEqual([]);
});

test("ends when it is interrupted, and leaves nothing half in the cache", async () => {
  const interrupt = new AbortController();
  server.answerWith((_, response, tarball) => {
    response.write(tarball.subarray(0, 1000));
    interrupt.abort();
  });
  const error = await failureOf(resolve({ ...pinned(), signal: interrupt.signal }));
  expect(error.message).toMatch(/^interrupted while fetching /);
  expect(unfinishedIn(cacheDir)).toEqual([]);
  expect(existsSync(join(cacheDir, "release", binaries[1].release))).toBe(false);
});

test("fails with a sentence when the cache cannot be written", async () => {
  await writeFile(cacheDir, "a file");
  const error = await failureOf(resolve(pinned()));
  expect(error.message).toMatch(/^looking for etcd: .*cache.*a file stands where a folder is needed$/);
});

test("does not follow a cache that moved", async () => {
  const { etcd } = await resolve(pinned());
  await rename(cacheDir, join(folder, "elsewhere"));
  expect(existsSync(etcd)).toBe(false);
  expect((await resolve({ ...pinned(), cacheDir: join(folder, "elsewhere") })).origin).toBe("cache");
});
