import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { download, type DownloadOptions } from "../../lib/downloads/download";
import { freePorts } from "../support/free-ports";

const CONTENT = Buffer.alloc(300_000, "etcd");
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

let folder: string;
let server: Server;
let requests: number;
let handler: RequestListener;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-download-"));
  requests = 0;
  server = createServer((request, response) => {
    requests += 1;
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

function options(changes: Partial<DownloadOptions> = {}): DownloadOptions & { url: string } {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/etcd.tar.gz`;
  return { url, file: join(folder, "file"), sha256: SHA256, ...changes };
}

test("fetches a file whose sum is right, also when it is written in capitals", async () => {
  handler = (_, response) => response.end(CONTENT);
  await download(options({ sha256: SHA256.toUpperCase() }));
  expect(await readFile(join(folder, "file"))).toEqual(CONTENT);
});

test("tries again after a server error and after a broken connection", async () => {
  handler = (_, response) => {
    if (requests === 1) response.writeHead(503).end();
    else if (requests === 2)
      response
        .writeHead(200, { "content-length": CONTENT.length })
        .write(CONTENT.subarray(0, 1000), () => response.destroy());
    else response.end(CONTENT);
  };
  await download(options());
  expect(requests).toBe(3);
  expect(await readFile(join(folder, "file"))).toEqual(CONTENT);
});

test("fails if the server keeps failing, after three attempts", async () => {
  handler = (_, response) => response.writeHead(502).end();
  await expect(download(options())).rejects.toThrow(/etcd\.tar\.gz: the server answered 502$/);
  expect(requests).toBe(3);
});

test("fails at once if the file is not there", async () => {
  handler = (_, response) => response.writeHead(404).end();
  await expect(download(options())).rejects.toThrow(/etcd\.tar\.gz: the server answered 404$/);
  expect(requests).toBe(1);
});

test("fails if the sum is wrong, and says both", async () => {
  handler = (_, response) => response.end("<html>Please log in</html>");
  await expect(download(options())).rejects.toThrow(
    new RegExp(`is not the file that was expected: its sha256 is [0-9a-f]{64}, not ${SHA256}$`),
  );
  expect(requests).toBe(1);
});

test("fails soon if the server accepts and never answers", async () => {
  handler = () => undefined;
  await expect(download(options({ answerTimeoutMs: 300 }))).rejects.toThrow(/no answer within 0.3 s$/);
  expect(requests).toBe(1);
});

test("fails if the server falls silent in the middle", async () => {
  handler = (_, response) => void response.write(CONTENT.subarray(0, 1000));
  await expect(download(options({ silenceTimeoutMs: 200, attempts: 2 }))).rejects.toThrow(
    /nothing came for 0.2 s$/,
  );
  expect(requests).toBe(2);
});

test("fails at once if nobody listens there", async () => {
  const [port] = await freePorts(1);
  const started = performance.now();
  await expect(download(options({ url: `http://127.0.0.1:${port}/x` }))).rejects.toThrow(/ECONNREFUSED/);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test("ends when it is interrupted", async () => {
  const interrupt = new AbortController();
  handler = (_, response) => {
    response.write(CONTENT.subarray(0, 1000));
    setImmediate(() => interrupt.abort());
  };
  await expect(download(options({ signal: interrupt.signal }))).rejects.toThrow(
    /^interrupted while fetching /,
  );
  expect(requests).toBe(1);
});

test("fails if the file cannot be written, before anything is fetched", async () => {
  handler = (_, response) => response.end(CONTENT);
  await expect(download(options({ file: join(folder, "no", "file") }))).rejects.toThrow("ENOENT");
  expect(requests).toBe(0);
  expect(existsSync(join(folder, "no"))).toBe(false);
});
