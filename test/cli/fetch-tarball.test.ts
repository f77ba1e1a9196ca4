import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { TARBALL_VARIABLE } from "../../lib/cluster/tarball";
import { freePortRange } from "../support/free-ports";
import { cli, inEmptyFolder, namesHere } from "./in-process";

const CONTENT = Buffer.alloc(100_000, "etcd");
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const FILE = ".cdktf-etcd/tarballs/etcd-v3.6.14-linux-arm64.tar.gz";

let server: Server;
let requests: number;
let handler: RequestListener;
let cached: string;
beforeEach(async () => {
  const folder = inEmptyFolder();
  cached = join(folder, "cache", "tarballs", `${SHA256}.tar.gz`);
  vi.stubEnv("CDKTF_ETCD_CACHE_DIR", "cache");
  requests = 0;
  handler = (_, response) => response.end(CONTENT);
  server = createServer((request, response) => {
    requests += 1;
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  order();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/etcd.tar.gz`;

function order(from: string = url()): void {
  vi.stubEnv(TARBALL_VARIABLE, JSON.stringify({ url: from, sha256: SHA256, file: FILE }));
}

const fetchTarball = (): ReturnType<typeof cli> => cli("aws", "fetch-tarball");

test("brings the tarball into the project, and says from where", async () => {
  const first = await fetchTarball();
  expect(first).toEqual({
    code: EXIT.ok,
    stdout: `fetching ${url()}\n${FILE}: downloaded from ${url()}\n`,
    stderr: "",
  });
  expect(readFileSync(FILE)).toEqual(CONTENT);
  expect((await fetchTarball()).stdout).toBe(`${FILE} is there already\n`);
  expect(requests).toBe(1);
});

test("downloads once for all projects of a user", async () => {
  await fetchTarball();
  const cache = join(process.cwd(), "cache");
  inEmptyFolder();
  vi.stubEnv("CDKTF_ETCD_CACHE_DIR", cache);
  expect((await fetchTarball()).stdout).toBe(`${FILE}: from the cache, ${cached}\n`);
  expect(requests).toBe(1);
});

test.each<[string, RequestListener, string]>([
  ["is another file", (_, response) => response.end("Please log in"), "is not the file that was expected"],
  ["is not there", (_, response) => response.writeHead(404).end(), "the server answered 404"],
])("fails if it %s, and says where a person can put it", async (_, answer, words) => {
  handler = answer;
  const { code, stderr } = await fetchTarball();
  expect(code).toBe(EXIT.external);
  expect(stderr).toContain(`error: cannot get the tarball of etcd: ${url()}`);
  expect(stderr).toContain(words);
  expect(stderr).toContain(
    `set etcd.downloadBaseUrl to a mirror that this machine reaches, or put the file there by hand: ${cached} (sha256 ${SHA256})`,
  );
  expect(namesHere()).toEqual(["cache"]);
});

test("fails at once without a way to the server", async () => {
  order(`http://127.0.0.1:${await freePortRange(1)}/etcd.tar.gz`);
  const { code, stderr } = await fetchTarball();
  expect(code).toBe(EXIT.external);
  expect(stderr).toContain("ECONNREFUSED");
  expect(stderr).toContain(cached);
});

test("is no command for people", async () => {
  vi.stubEnv(TARBALL_VARIABLE, undefined);
  const { code, stderr } = await fetchTarball();
  expect(code).toBe(EXIT.usage);
  expect(stderr).toContain("called by Terraform");
});
