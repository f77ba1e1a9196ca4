/** Three real members of three real etcds, with nothing but the certificates that were made here. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { initialCluster, tlsFilesOf, type LocalCluster, type TlsFiles } from "../../lib/cluster/cluster";
import type { KeyPairFiles } from "../../lib/cluster/pki-layout";
import { issueCertificates, renewCertificates } from "../../lib/pki";
import { etcdBinaries, type TestEtcd } from "../support/etcd";
import { freePortRange } from "../support/free-ports";
import { freePorts } from "../support/free-ports";
import { RawMember } from "../support/raw-cluster";
import { onLocal, PkiProject } from "./pki-project";

/** One that Go would refuse in a certificate, one that it takes, and a plain one. */
const NAMES = ["etcd-0", "etcd_1", "etcd-2."];

describe.each([
  ["oldest", 0],
  ["middle", 1],
  ["newest", 2],
])("the %s etcd of the tests", (_age, index) => {
  let etcd: TestEtcd;
  let cluster: LocalCluster;
  let project: PkiProject;
  let members: RawMember[] = [];

  beforeAll(async () => {
    etcd = (await etcdBinaries())[index]!;
    project = PkiProject.createKept();
    const port = await freePortRange(6);
    cluster = onLocal({
      members: NAMES.map((name) => ({ name })),
      local: { clientPort: port, peerPort: port + 1, portStep: 2 },
    });
    await project.ensure(cluster);
    await issueCertificates(cluster, { clients: ["my-app"] }, { projectDir: project.folder });
    members = await startMembers(etcd, cluster, project);
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.kill()));
    project?.dispose();
  });

  const etcdctl = async (client: string, args: readonly string[], endpoints?: string): Promise<string> => {
    const { layout } = project;
    const { certFile, keyFile } = layout.client(client);
    const files = [layout.clientCa.certFile, certFile, keyFile].map((file) => project.path(file));
    const tls = ["cacert", "cert", "key"].map((option, at) => `--${option}=${files[at] ?? ""}`);
    const urls = endpoints ?? cluster.members.map(({ clientUrl }) => clientUrl).join(",");
    const { stdout, stderr } = await promisify(execFile)(
      etcd.etcdctl,
      [...args, `--endpoints=${urls}`, ...tls],
      {
        env: { PATH: process.env["PATH"], ETCDCTL_API: "3" },
      },
    );
    return stdout + stderr;
  };

  test("forms a cluster whose members are all healthy for the operator", async () => {
    const health = await etcdctl("operator", ["endpoint", "health"]);
    expect(health.match(/is healthy/g)).toHaveLength(3);
    const list = await etcdctl("operator", ["member", "list"]);
    for (const name of NAMES) expect(list).toContain(`${name}, https://127.0.0.1:`);
  });

  test("takes writes of an application, also under the name localhost", async () => {
    expect(await etcdctl("my-app", ["put", "from", "my-app"])).toBe("OK\n");
    const byName = cluster.members[1]!.clientUrl.replace("127.0.0.1", "localhost");
    expect(await etcdctl("my-app", ["get", "from", "--print-value-only"], byName)).toBe("my-app\n");
  });

  test("answers on the HTTP gateway, which dials its own member", async () => {
    const key = Buffer.from("gateway").toString("base64");
    for (const { clientUrl } of cluster.members) {
      const put = await post(`${clientUrl}/v3/kv/put`, { key, value: key }, project, "operator");
      expect(put.status, put.body).toBe(200);
    }
    const range = await post(`${cluster.members[0]!.clientUrl}/v3/kv/range`, { key }, project, "my-app");
    expect(JSON.parse(range.body)).toMatchObject({ kvs: [{ key, value: key }] });
  });

  test("refuses clients without a certificate, and with one of the peers", async () => {
    const { clientUrl } = cluster.members[0]!;
    const range = { key: "AA==" };
    await expect(post(`${clientUrl}/v3/kv/range`, range, project)).rejects.toThrow(
      /alert|socket hang up|ECONNRESET/i,
    );
    const peer = project.layout.peer("etcd-0");
    await expect(post(`${clientUrl}/v3/kv/range`, range, project, peer)).rejects.toThrow(
      /alert|socket hang up|ECONNRESET/i,
    );
    const own = project.layout.server("etcd-0");
    expect((await post(`${clientUrl}/v3/kv/range`, range, project, own)).status).toBe(200);
  });

  test("refuses clients on the peers' port, where only peers get in", async () => {
    const { peerUrl } = cluster.members[0]!;
    const { layout } = project;
    const ask = (pair: KeyPairFiles) => get(`${peerUrl}/members`, project, layout.peerCa, pair);
    await expect(ask(layout.client("operator"))).rejects.toThrow(/alert|socket hang up|ECONNRESET/i);
    expect((await ask(layout.peer("etcd_1"))).status).toBe(200);
  });

  test("shows renewed certificates to new connections without a restart", async () => {
    const { clientCa, server, client } = project.layout;
    const shown = (): Promise<string> =>
      serialNumber(cluster.members[2]!.clientUrl, project, clientCa, client("operator"));
    const before = await shown();
    expect(before).toBe(project.certificate(server("etcd-2.")).serialNumber);
    await renewCertificates(cluster, { all: true }, { projectDir: project.folder });
    const after = await shown();
    expect(after).toBe(project.certificate(server("etcd-2.")).serialNumber);
    expect(after).not.toBe(before);
    expect((await etcdctl("my-app", ["endpoint", "health"])).match(/is healthy/g)).toHaveLength(3);
    // Peers, too, must find each other anew.
    await members[0]!.restart();
    expect((await etcdctl("operator", ["endpoint", "health"])).match(/is healthy/g)).toHaveLength(3);
  });
});

async function startMembers(
  etcd: TestEtcd,
  cluster: LocalCluster,
  project: PkiProject,
): Promise<RawMember[]> {
  const { tls } = cluster;
  if (tls === undefined) throw new Error("no TLS");
  const metricsPorts = await freePorts(cluster.members.length);
  const members = cluster.members.map(({ name, clientUrl, peerUrl }, index) => {
    const metricsUrl = `http://127.0.0.1:${metricsPorts[index]}`;
    return new RawMember(name, metricsUrl, peerUrl, etcd.etcd, [
      `--name=${name}`,
      `--data-dir=${project.path(`data-${index}`)}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--listen-metrics-urls=${metricsUrl}`,
      `--initial-cluster=${initialCluster(cluster.members)}`,
      `--initial-cluster-token=${project.folder}`,
      "--log-level=warn",
      ...tlsFlags("", tlsFilesOf(tls.client, name), project),
      ...tlsFlags("peer-", tlsFilesOf(tls.peer, name), project),
    ]);
  });
  try {
    members.forEach((member) => member.start());
    await Promise.all(members.map((member) => member.ready()));
    return members;
  } catch (error) {
    await Promise.all(members.map((member) => member.kill()));
    throw error;
  }
}

function tlsFlags(
  plane: "" | "peer-",
  { caFile, certFile, keyFile }: TlsFiles,
  project: PkiProject,
): string[] {
  return [
    `--${plane}trusted-ca-file=${project.path(caFile)}`,
    `--${plane}cert-file=${project.path(certFile)}`,
    `--${plane}key-file=${project.path(keyFile)}`,
    `--${plane}client-cert-auth`,
  ];
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function post(
  url: string,
  body: unknown,
  project: PkiProject,
  client?: string | KeyPairFiles,
): Promise<Answer> {
  const pair = typeof client === "string" ? project.layout.client(client) : client;
  return ask(url, "POST", JSON.stringify(body), credentials(project, project.layout.clientCa, pair));
}

function get(url: string, project: PkiProject, ca: KeyPairFiles, pair: KeyPairFiles): Promise<Answer> {
  return ask(url, "GET", "", credentials(project, ca, pair));
}

interface Credentials {
  readonly ca: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

function credentials(project: PkiProject, ca: KeyPairFiles, pair?: KeyPairFiles): Credentials {
  const read = (file: string): Buffer => readFileSync(project.path(file));
  if (pair === undefined) return { ca: read(ca.certFile) };
  return { ca: read(ca.certFile), cert: read(pair.certFile), key: read(pair.keyFile) };
}

function ask(url: string, method: string, body: string, tls: Credentials): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent: false, timeout: 20_000, ...tls }, (response) => {
      text(response).then((said) => resolve({ status: response.statusCode ?? 0, body: said }), reject);
    });
    asked.once("timeout", () => asked.destroy(new Error("no answer")));
    asked.once("error", reject);
    asked.end(body);
  });
}

/** Of the certificate that a member shows to a new connection. */
function serialNumber(
  url: string,
  project: PkiProject,
  ca: KeyPairFiles,
  pair: KeyPairFiles,
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), ...credentials(project, ca, pair) }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}
