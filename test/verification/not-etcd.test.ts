/** Who answers in a private network: a member, or somebody on the way. Asked are real etcds and real servers of other kinds. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { verify, waitUntilHealthy, type TlsOptions } from "../../lib/verification";
import { TestAuthority } from "../support/certificates";
import { etcdBinaries, type TestEtcd } from "../support/etcd";
import { freePortRange } from "../support/free-ports";
import { RawMember } from "../support/raw-cluster";
import { gateway, silentListener, type Listener } from "./support/listeners";

const quick = { callTimeoutMs: 2000, skip: ["lease-expires"], privateNetwork: true };

let folder: string;
let ours: TestAuthority;
let foreign: TestAuthority;
let operator: Required<Omit<TlsOptions, "peerCa">>;
let binaries: TestEtcd[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-stranger-"));
  ours = await TestAuthority.create(join(folder, "ours"));
  foreign = await TestAuthority.create(join(folder, "foreign"));
  const { certFile, keyFile } = await ours.issue("operator");
  operator = {
    ca: await readFile(ours.caFile),
    cert: await readFile(certFile),
    key: await readFile(keyFile),
  };
  binaries = await etcdBinaries();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const listeners: Listener[] = [];
afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.stop())));

async function listening(listener: Promise<Listener>): Promise<string> {
  listeners.push(await listener);
  return listeners.at(-1)!.endpoint;
}

const withScheme = (scheme: "http" | "https", endpoint: string): string =>
  endpoint.replace(/^https?:/, `${scheme}:`);

/** Kind of the problem at each endpoint, and the verdict. */
async function asked(
  endpoints: readonly string[],
  tls: TlsOptions | undefined = operator,
): Promise<readonly unknown[]> {
  const report = await verify({ endpoints, tls, ...quick });
  return [...report.endpoints.map(({ problem }) => problem?.kind), report.verdict];
}

interface EtcdTls {
  readonly authority: TestAuthority;
  readonly wantsClientCertificate: boolean;
}

/** A member of its own, in the clear or with a certificate of `authority`. */
async function etcd({ etcd: binary }: TestEtcd, tls?: EtcdTls): Promise<string> {
  const port = await freePortRange(3);
  const [client, peer, metrics] = [port, port + 1, port + 2].map((each) => `http://127.0.0.1:${each}`);
  const clientUrl = withScheme(tls === undefined ? "http" : "https", client!);
  const { certFile, keyFile } = (await tls?.authority.issue(`member-${port}`)) ?? {};
  const member = new RawMember(`etcd-${port}`, metrics!, peer!, binary, [
    ...[`--name=one`, `--data-dir=${join(folder, String(port))}`, `--listen-metrics-urls=${metrics}`],
    ...[`--listen-client-urls=${clientUrl}`, `--advertise-client-urls=${clientUrl}`],
    ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`],
    ...[`--initial-cluster=one=${peer}`, "--logger=zap"],
    ...(tls === undefined ? [] : [`--cert-file=${certFile}`, `--key-file=${keyFile}`]),
    ...(tls?.wantsClientCertificate === true
      ? ["--client-cert-auth", `--trusted-ca-file=${tls.authority.caFile}`]
      : []),
  ]);
  member.start();
  listeners.push({ endpoint: clientUrl, stop: () => member.kill() });
  await member.ready();
  return clientUrl;
}

describe("nobody of the cluster is reached if all that answers is", () => {
  test("a proxy that answers with 404, asked with or without TLS", async () => {
    const endpoint = await listening(gateway());
    expect(await asked([withScheme("https", endpoint)])).toEqual(["not-etcd", "unreachable"]);
    expect(await asked([endpoint], undefined)).toEqual(["not-etcd", "unreachable"]);
    const report = await verify({ endpoints: [endpoint], ...quick });
    expect(report.endpoints[0]?.problem).toMatchObject({
      message: "something answers there that is no etcd",
      remedy: expect.stringContaining("ask from a machine inside it"),
    });
  });

  test("a proxy with a certificate of its own, asked with or without TLS", async () => {
    const endpoint = await listening(gateway(await foreign.issue("proxy")));
    expect(await asked([endpoint])).toEqual(["not-etcd", "unreachable"]);
    expect(await asked([withScheme("http", endpoint)], undefined)).toEqual(["not-etcd", "unreachable"]);
  });

  test("a proxy at one address and nothing at another", async () => {
    const endpoint = await listening(gateway());
    expect(await asked([endpoint, "http://etcd-1.invalid:2379"])).toEqual([
      "not-etcd",
      "unknown-host",
      "unreachable",
    ]);
  });

  test("and waiting ends soon then", async () => {
    const endpoint = await listening(gateway());
    const states: string[] = [];
    const began = performance.now();
    const report = await waitUntilHealthy({
      ...quick,
      endpoints: [withScheme("https", endpoint)],
      tls: operator,
      timeoutMs: 600_000,
      unreachableAfterMs: 500,
      onProgress: ({ state }) => states.push(state),
    });
    expect(report.verdict).toBe("unreachable");
    expect(states).toEqual(["something answers there that is no etcd"]);
    expect(performance.now() - began).toBeLessThan(60_000);
  });
});

describe("a cluster is reached, and what is wrong with it stands, if", () => {
  test("something takes connections and stays silent: it may wait for its quorum", async () => {
    expect(await asked([await listening(silentListener())], undefined)).toEqual(["silent", "unhealthy"]);
  });

  test("a machine refuses connections: its etcd may not be up yet", async () => {
    const nobody = `https://127.0.0.1:${await freePortRange(1)}`;
    const endpoint = await listening(gateway());
    expect(await asked([nobody, endpoint])).toEqual(["refused", "not-etcd", "unhealthy"]);
  });

  test("nobody said that the network is private", async () => {
    const endpoints = [await listening(gateway())];
    const report = await verify({ endpoints, ...quick, privateNetwork: false });
    expect(report.verdict).toBe("unhealthy");
  });

  describe.each([0, 1, 2])("etcd (the %ith release of the tests)", (index) => {
    const binary = (): TestEtcd => binaries[index]!;

    test("has another CA than the one expected, and wants certificates of that", async () => {
      const endpoint = await etcd(binary(), { authority: foreign, wantsClientCertificate: true });
      expect(await asked([endpoint])).toEqual(["server-certificate-unknown-ca", "unhealthy"]);
      expect(await asked([withScheme("http", endpoint)], undefined)).toEqual(["speaks-tls", "unhealthy"]);
    });

    test("refuses the client's certificate, or misses one", async () => {
      const endpoint = await etcd(binary(), { authority: ours, wantsClientCertificate: true });
      const { certFile, keyFile } = await foreign.issue("stranger");
      const stranger = { cert: await readFile(certFile), key: await readFile(keyFile) };
      expect(await asked([endpoint], { ca: operator.ca })).toEqual([
        "client-certificate-missing",
        "unhealthy",
      ]);
      expect(await asked([endpoint], { ca: operator.ca, ...stranger })).toEqual([
        "client-certificate-unknown-ca",
        "unhealthy",
      ]);
      expect(await asked([endpoint])).toEqual([undefined, "healthy"]);
    });

    test("has a certificate of an unknown CA and takes anybody", async () => {
      const endpoint = await etcd(binary(), { authority: foreign, wantsClientCertificate: false });
      expect(await asked([endpoint])).toEqual(["server-certificate-unknown-ca", "unhealthy"]);
    });

    test("speaks plain HTTP where TLS is expected; one sign of etcd is enough", async () => {
      const endpoint = withScheme("https", await etcd(binary()));
      expect(await asked([endpoint])).toEqual(["speaks-plain-text", "unhealthy"]);
      const proxy = await listening(gateway());
      expect(await asked([endpoint, proxy])).toEqual(["speaks-plain-text", "not-etcd", "unhealthy"]);
    });
  });
});
