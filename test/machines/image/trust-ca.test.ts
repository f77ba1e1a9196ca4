import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestAuthority } from "../../support/certificates";
import { labProblem } from "./requirements";
import { Layer } from "./support/layer";
import { trustCa } from "./trust-ca";

/** As etcd-bucket asks S3. */
const PYTHON = `
import ssl, sys
from urllib import error, request
try:
    print(request.urlopen(sys.argv[1], timeout=20).read().decode())
except error.URLError as problem:
    print(problem.reason)
print(ssl.create_default_context().cert_store_stats()["x509_ca"])
`;

describe.skipIf(labProblem() !== undefined)("a machine that shall trust a CA", { timeout: 120_000 }, () => {
  let folder: string;
  let caPem: string;
  let server: Server;
  let url: string;
  let layer: Layer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trust-ca-"));
    const authority = await TestAuthority.create(folder);
    caPem = readFileSync(authority.caFile, "utf8");
    const { certFile, keyFile } = await authority.issue("server");
    server = createServer(
      { cert: readFileSync(certFile), key: readFileSync(keyFile) },
      (_request, response) => response.end("hello"),
    );
    await once(server.listen(0, "127.0.0.1"), "listening");
    url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    layer = await Layer.create();
  });
  afterEach(() => layer.remove());

  async function python(): Promise<{ answer: string; authorities: number }> {
    const { stdout, stderr } = await layer.run("python3", "-c", PYTHON, url);
    const [answer = stderr, authorities] = stdout.split("\n");
    return { answer, authorities: Number(authorities) };
  }

  const curl = () => layer.run("curl", "--silent", "--show-error", "--ipv4", url);

  test("does so besides those of its image, with Python and with curl, and not before", async () => {
    const before = await python();
    expect(before.answer).toMatch(/CERTIFICATE_VERIFY_FAILED/);
    expect(before.authorities).toBeGreaterThan(100);
    expect((await curl()).exitCode).toBe(60);

    await trustCa(layer.upper, caPem);
    expect(await python()).toEqual({ answer: "hello", authorities: before.authorities + 1 });
    expect((await curl()).stdout).toBe("hello");
  });

  test("goes on doing so when the bundle is made anew, and when it is told again", async () => {
    await trustCa(layer.upper, caPem);
    await trustCa(layer.upper, caPem);
    expect((await layer.run("update-ca-certificates", "--fresh")).failure).toBeUndefined();
    expect((await python()).answer).toBe("hello");
  });

  test("has the folders as they are in its image, whatever mask this process has for new files", async () => {
    const mask = process.umask(0o077);
    try {
      await trustCa(layer.upper, caPem);
    } finally {
      process.umask(mask);
    }
    for (const path of ["etc", "etc/ssl/certs", "usr/local/share/ca-certificates"])
      expect((await stat(join(layer.upper, path))).mode & 0o777, path).toBe(0o755);
    const bundle = join(layer.upper, "etc/ssl/certs/ca-certificates.crt");
    expect((await stat(bundle)).mode & 0o777).toBe(0o644);
  });
});
