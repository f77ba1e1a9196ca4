import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type EndpointProblem, settle, type Target, targetsOf } from "../../../lib/client";
import type { TlsOptions } from "../../../lib/verification";
import { httpGet } from "../../../lib/verification/questions/http-get";
import { TestAuthority, type CertificateFiles } from "../../support/certificates";
import { defaultEtcd } from "../../support/etcd";
import { freePorts } from "../../support/free-ports";
import { RawMember } from "../../support/raw-cluster";
import { blackHole, silentListener } from "../support/listeners";

const timeoutMs = 1000;

/** Asks at an endpoint, in time, and gives the problem. */
async function problemAt(endpoint: string, tls?: TlsOptions): Promise<EndpointProblem> {
  const [target] = targetsOf({ endpoints: [endpoint] });
  if (target === undefined) throw new Error("no target");
  const began = performance.now();
  const answer = await settle(httpGet(target, "/metrics", tls, timeoutMs));
  expect(performance.now() - began).toBeLessThan(timeoutMs + 500);
  if (answer.ok) throw new Error(`${endpoint} answered ${answer.value.text.slice(0, 100)}`);
  return answer.problem;
}

async function serve(answer: RequestListener, certificate?: CertificateFiles): Promise<number> {
  const server =
    certificate === undefined
      ? createHttpServer(answer)
      : createHttpsServer(
          { cert: await readFile(certificate.certFile), key: await readFile(certificate.keyFile) },
          answer,
        );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return (server.address() as AddressInfo).port;
}

describe("an endpoint that serves no metrics", () => {
  test("because nothing listens there", async () => {
    const [port = 0] = await freePorts(1);
    expect(await problemAt(`http://127.0.0.1:${port}`)).toMatchObject({ kind: "refused" });
  });

  test.each([404, 500])("but HTTP status %i", async (status) => {
    const port = await serve((_, response) => void response.writeHead(status).end("no\n"));
    expect(await problemAt(`http://127.0.0.1:${port}`)).toMatchObject({
      message: `answers /metrics with HTTP status ${status}`,
    });
  });

  test("because it takes the question and is silent", async () => {
    const silent = await silentListener();
    onTestFinished(() => silent.stop());
    expect(await problemAt(silent.endpoint)).toMatchObject({ kind: "timed-out" });
  });

  test("because no packet comes back", async () => {
    const hole = await blackHole();
    onTestFinished(() => hole.stop());
    expect(await problemAt(hole.endpoint)).toMatchObject({ kind: "timed-out" });
  });

  test("but a byte now and then", async () => {
    const port = await serve((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write("#"), 50);
      response.on("close", () => clearInterval(drip));
    });
    expect(await problemAt(`http://127.0.0.1:${port}`)).toMatchObject({ kind: "timed-out" });
  });

  test("but more than anybody can take", async () => {
    const port = await serve((_, response) => {
      const chunk = Buffer.alloc(2 ** 20, "#\n");
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", pour);
      pour();
    });
    const { kind, message } = await problemAt(`http://127.0.0.1:${port}`);
    // On a busy machine a second may be too short for 16 MiB.
    expect(kind === "timed-out" || message === "gives an answer without an end").toBe(true);
  });

  test("but a small answer that unpacks to a huge one", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    const port = await serve(
      (_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    );
    expect(await problemAt(`http://127.0.0.1:${port}`)).toMatchObject({
      message: "gives an answer without an end",
    });
  });

  test("but breaks off in the middle", async () => {
    const port = await serve((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("# half", () => response.destroy());
    });
    expect(await problemAt(`http://127.0.0.1:${port}`)).toMatchObject({ kind: "disconnected" });
  });

  test.each([
    ["", false],
    [", over TLS", true],
  ])("because etcd serves HTTP on another port than gRPC%s", async (_title, isTls) => {
    const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-test-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const authority = await TestAuthority.create(join(folder, "ca"));
    const { certFile, keyFile } = await authority.issue("etcd-1");
    const [grpc, http, peer] = await freePorts(3);
    const scheme = isTls ? "https" : "http";
    const clientUrl = `${scheme}://127.0.0.1:${grpc}`;
    const httpUrl = `${scheme}://127.0.0.1:${http}`;
    const peerUrl = `http://127.0.0.1:${peer}`;
    const ca = await readFile(authority.caFile);
    // Ready is who says so over HTTP.
    const member = new RawMember(
      "etcd-1",
      httpUrl,
      peerUrl,
      (await defaultEtcd()).etcd,
      [
        "--name=etcd-1",
        `--data-dir=${join(folder, "data")}`,
        `--listen-client-urls=${clientUrl}`,
        `--listen-client-http-urls=${httpUrl}`,
        `--advertise-client-urls=${clientUrl}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=etcd-1=${peerUrl}`,
        ...(isTls ? [`--cert-file=${certFile}`, `--key-file=${keyFile}`] : []),
      ],
      isTls ? { ca } : undefined,
    );
    onTestFinished(() => member.kill());
    member.start();
    await member.ready();
    expect(await problemAt(clientUrl, { ca })).toMatchObject({
      message: "does not speak HTTP/1.1 there",
    });
  });
});

describe("an endpoint with TLS", () => {
  let folder: string;
  let certificate: CertificateFiles;
  let named: CertificateFiles;
  let ca: Buffer;
  const warnings = vi.fn();

  beforeAll(async () => {
    process.on("warning", warnings);
    folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-test-"));
    const authority = await TestAuthority.create(join(folder, "ca"));
    certificate = await authority.issue("by-address", { names: ["IP:10.0.1.10"] });
    named = await authority.issue("by-name", { names: ["DNS:etcd-1.example.internal"] });
    ca = await readFile(authority.caFile);
  });
  afterEach(() => expect(warnings).not.toHaveBeenCalled());
  afterAll(async () => {
    process.removeListener("warning", warnings);
    await rm(folder, { recursive: true, force: true });
  });

  /** Through a tunnel that ends at a port of this machine. */
  const through = (port: number, endpoint: string): Target => {
    const [target] = targetsOf({ endpoints: [endpoint], connectTo: () => ({ host: "127.0.0.1", port }) });
    if (target === undefined) throw new Error("no target");
    return target;
  };

  test.each([
    ["its address", "https://10.0.1.10:2379", () => certificate],
    ["its name", "https://etcd-1.example.internal:2379", () => named],
  ])("is known by %s also through a tunnel", async (_title, endpoint, files) => {
    const port = await serve((request, response) => void response.end(request.headers.host), files());
    const { text } = await httpGet(through(port, endpoint), "/", { ca }, 5000);
    expect(`https://${text}`).toBe(endpoint);
  });

  test("is refused if its certificate is for another address", async () => {
    const port = await serve((_, response) => void response.end(), certificate);
    const asked = settle(httpGet(through(port, "https://10.0.1.11:2379"), "/", { ca }, 5000));
    expect(await asked).toMatchObject({ ok: false, problem: { kind: "server-certificate-wrong-name" } });
    expect(await problemAt(`https://127.0.0.1:${port}`, { ca })).toMatchObject({
      kind: "server-certificate-wrong-name",
    });
  });

  test("is refused if nobody trusted signed its certificate", async () => {
    const port = await serve((_, response) => void response.end(), certificate);
    const asked = settle(httpGet(through(port, "https://10.0.1.10:2379"), "/", undefined, 5000));
    expect(await asked).toMatchObject({ ok: false, problem: { kind: "server-certificate-unknown-ca" } });
  });
});
