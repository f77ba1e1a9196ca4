/** Each cause of a missing answer is made for real, and must be told apart from every other. */
import { readFile } from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { verify, type StatusProblem, type TlsOptions, type VerificationReport } from "../../lib/verification";
import { TestAuthority, type CertificateFiles } from "../support/certificates";
import { defaultEtcd, etcdBinaries } from "../support/etcd";
import { RawCluster, type RawMember } from "../support/raw-cluster";
import { blackHole, silentListener, type Listener } from "./support/listeners";
import { inOwnTime } from "./support/own-time";
import { check, failedChecks, failures } from "./support/reports";

const DAY_MS = 24 * 60 * 60 * 1000;
const callTimeoutMs = 2000;
/** What is promised: one deadline and a second. */
const boundMs = callTimeoutMs + 1000;
const day = (days: number): Date => new Date(Date.now() + days * DAY_MS);
/** As it stands in a message. */
const dated = (date: Date): string => date.toISOString().slice(0, 10);

async function pem({ certFile, keyFile }: CertificateFiles): Promise<Pick<TlsOptions, "cert" | "key">> {
  return { cert: await readFile(certFile), key: await readFile(keyFile) };
}

let folder: string;
let foreign: TestAuthority;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-diagnosis-"));
  foreign = await TestAuthority.create(join(folder, "foreign"), "another cluster's CA");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([0, 1, 2])("mutual TLS (the %ith release of the tests)", (index) => {
  let cluster: RawCluster;
  let ca: TestAuthority;
  let victim: RawMember;
  let right: CertificateFiles;
  let tls: TlsOptions;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await RawCluster.start({ binaries, tls: {} });
    ca = cluster.secrets!.clientAuthority;
    tls = cluster.tls!;
    victim = cluster.member("etcd-2");
    right = await ca.issue("right");
  });
  afterAll(() => cluster?.stop());

  /** What is said of the one member, while the others answer. */
  async function victimsProblem(): Promise<StatusProblem | undefined> {
    const { expectation } = cluster;
    const { result: report, ownMs } = await inOwnTime(() =>
      verify({ expectation, tls, callTimeoutMs, checks: [] }),
    );
    expect(failures(report, "member-answers").map(({ member }) => member)).toEqual([victim.name]);
    expect(ownMs).toBeLessThanOrEqual(boundMs);
    return problemAt(report, victim.name);
  }

  async function showing(certificate: CertificateFiles): Promise<StatusProblem | undefined> {
    await victim.replaceCertificate("client", certificate);
    try {
      return await victimsProblem();
    } finally {
      await victim.replaceCertificate("client", right);
    }
  }

  test("a member's certificate is of another CA: whose it is", async () => {
    expect(await showing(await foreign.issue(`server-${index}`))).toMatchObject({
      kind: "server-certificate-unknown-ca",
      message: `the member's certificate is signed by a CA that is not trusted here: "another cluster's CA"`,
    });
  });

  test("the other CA has the same name: that too", async () => {
    const namesake = await TestAuthority.create(join(folder, `namesake-${index}`), ca.commonName);
    const problem = await showing(await namesake.issue("server"));
    expect(problem?.kind).toBe("server-certificate-unknown-ca");
    expect(problem?.message).toContain(`"client CA", which has the name of the one given, but another key`);
  });

  test("it is of another CA and expired too: the CA comes first", async () => {
    const both = await foreign.issue(`both-${index}`, { notBefore: day(-9), notAfter: day(-2) });
    expect((await showing(both))?.kind).toBe("server-certificate-unknown-ca");
  });

  test("it has expired: when", async () => {
    const end = day(-3.5);
    const expired = await ca.issue("expired", { notBefore: day(-30), notAfter: end });
    expect(await showing(expired)).toMatchObject({
      kind: "server-certificate-expired",
      message: expect.stringMatching(
        `^the member's certificate expired on ${dated(end)} .* UTC \\(3 days ago\\)$`,
      ),
    });
  });

  test("it is not yet valid: from when on", async () => {
    const begin = day(2);
    expect(await showing(await ca.issue("early", { notBefore: begin, notAfter: day(20) }))).toMatchObject({
      kind: "server-certificate-not-yet-valid",
      message: expect.stringMatching(`^the member's certificate is not valid before ${dated(begin)} `),
    });
  });

  test("it is for other hosts: for which", async () => {
    const names = ["DNS:etcd-2.example.internal", "IP:10.0.1.10"];
    expect(await showing(await ca.issue("elsewhere", { names }))).toMatchObject({
      kind: "server-certificate-wrong-name",
      message: "the member's certificate is for etcd-2.example.internal, 10.0.1.10, not for 127.0.0.1",
    });
  });

  test("it is signed with SHA-1: that nobody takes it", async () => {
    expect(await showing(await ca.issue("weak", { digest: "sha1" }))).toMatchObject({
      kind: "server-certificate-invalid",
      message: "the member's certificate is signed with SHA-1",
    });
  });

  test.each<[string, () => Promise<Pick<TlsOptions, "cert" | "key">>, Partial<StatusProblem>]>([
    [
      "none",
      () => Promise.resolve({}),
      {
        kind: "client-certificate-missing",
        message: "the member wants a client certificate and none was given",
      },
    ],
    [
      "one of another CA",
      async () => pem(await foreign.issue(`client-${index}`, { commonName: "stranger" })),
      {
        kind: "client-certificate-unknown-ca",
        message: `the client certificate given ("stranger") is signed by a CA that the member does not trust for clients: "another cluster's CA"`,
      },
    ],
    [
      "one that has expired",
      async () => pem(await ca.issue("late", { notBefore: day(-30), notAfter: day(-1.5) })),
      {
        kind: "client-certificate-expired",
        message: expect.stringContaining(`("late") expired on ${dated(day(-1.5))}`),
      },
    ],
    [
      "one that is not yet valid",
      async () => pem(await ca.issue("soon", { notBefore: day(1), notAfter: day(10) })),
      { kind: "client-certificate-not-yet-valid" },
    ],
  ])("the client certificate given is %s", async (_title, given, problem) => {
    const wrong = { ca: tls.ca, ...(await given()) };
    const { expectation } = cluster;
    const { result: report, ownMs } = await inOwnTime(() =>
      verify({ expectation, tls: wrong, callTimeoutMs }),
    );
    expect(failedChecks(report)).toEqual(["member-answers"]);
    expect(report.endpoints.map((endpoint) => endpoint.problem)).toEqual(
      cluster.members.map(() => expect.objectContaining(problem)),
    );
    expect(ownMs).toBeLessThanOrEqual(boundMs);
  });

  test("asked in plain text: that it speaks TLS", async () => {
    const endpoints = cluster.endpoints.map((endpoint) => endpoint.replace("https:", "http:"));
    const report = await verify({ endpoints, callTimeoutMs, checks: [] });
    expect(report.endpoints.map(({ problem }) => problem?.kind)).toEqual(endpoints.map(() => "speaks-tls"));
  });

  test("it is frozen, or not there", async () => {
    victim.freeze();
    expect(await victimsProblem()).toMatchObject({ kind: "frozen" });
    // Without a definition, the others know where it listens for its peers; alone it could be anybody.
    const kinds = async (endpoints: readonly string[]): Promise<unknown[]> => {
      const report = await verify({ endpoints, tls, callTimeoutMs, checks: [] });
      return report.endpoints.map(({ problem }) => problem?.kind);
    };
    expect(await kinds(cluster.endpoints)).toEqual([undefined, "frozen", undefined]);
    expect(await kinds([victim.endpoint])).toEqual(["silent"]);
    await victim.kill();
    expect(await victimsProblem()).toMatchObject({ kind: "refused", message: "connection refused" });
    await victim.restart();
  });

  test("it has another cluster's certificate for its peers: they do not take it in", async () => {
    await victim.kill();
    await victim.replaceCertificate("peer", await foreign.issue(`peer-${index}`));
    victim.start();
    await expect
      .poll(async () => (await victimsProblem())?.kind, { timeout: 20_000 })
      .toBe("foreign-peer-certificate");
    expect(await victimsProblem()).toMatchObject({
      kind: "foreign-peer-certificate",
      message: expect.stringMatching(
        /: it waits for its peers, .* signed by another CA, "another cluster's CA"$/,
      ),
    });
    // Without the CA of the peers that cannot be known.
    const unknowing = { ...tls, peerCa: undefined };
    const report = await verify({
      expectation: cluster.expectation,
      tls: unknowing,
      callTimeoutMs,
      checks: [],
    });
    expect(problemAt(report, victim.name)).toMatchObject({
      kind: "not-serving",
      message: expect.stringMatching(/or its peers do not take it in$/),
    });
  });
});

describe("plain text", () => {
  const listeners: Listener[] = [];
  let cluster: RawCluster;
  beforeAll(async () => {
    cluster = await RawCluster.start({ binaries: await defaultEtcd() });
  });
  afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.stop())));
  afterAll(() => cluster?.stop());

  test("asked over TLS: that it speaks none", async () => {
    const endpoints = cluster.endpoints.map((endpoint) => endpoint.replace("http:", "https:"));
    const report = await verify({ endpoints, callTimeoutMs, checks: [] });
    expect(report.endpoints.map(({ problem }) => problem?.kind)).toEqual(
      endpoints.map(() => "speaks-plain-text"),
    );
  });

  test.each(["http", "https"])("lost packets and silence over %s: two things", async (scheme) => {
    listeners.push(await blackHole(), await silentListener());
    const endpoints = listeners.map(({ endpoint }) => endpoint.replace("http:", `${scheme}:`));
    const { result: report, ownMs } = await inOwnTime(() => verify({ endpoints, callTimeoutMs }));
    expect(report.endpoints.map(({ problem }) => problem?.kind)).toEqual(["unreachable", "silent"]);
    expect(ownMs).toBeLessThanOrEqual(boundMs);
  });

  test("without a leader", async () => {
    const [, ...others] = cluster.members;
    await Promise.all(others.map((member) => member.kill()));
    const waiting = others[0]!;
    const report = await verify({ expectation: cluster.expectation, callTimeoutMs });
    expect(problemAt(report, waiting.name)?.kind).toBe("refused");
    expect(failures(report, "write-read")[0]?.reason).toMatch(
      /^could not write: no(?:t agreed on .*: no)? quorum/,
    );
    await Promise.all(others.map((member) => member.restart()));
  });

  test.each([
    ["NOSPACE", "could not write: database space exceeded"],
    ["CORRUPT", "could not write: the alarm CORRUPT is raised: nothing is read or written"],
  ])("with the alarm %s raised", async (alarm, reason) => {
    await setAlarm(cluster, "ACTIVATE", alarm);
    const report = await verify({ expectation: cluster.expectation, callTimeoutMs, skip: ["lease-expires"] });
    expect(check(report, "no-alarms").outcome).toBe("failed");
    expect(failures(report, "write-read").map((result) => result.reason)).toContain(reason);
    await setAlarm(cluster, "DEACTIVATE", alarm);
  });
});

function problemAt(report: VerificationReport, name: string): StatusProblem | undefined {
  return report.endpoints.find(({ member }) => member === name)?.problem;
}

/** etcdctl can list and disarm alarms, but not raise them. */
async function setAlarm(
  cluster: RawCluster,
  action: "ACTIVATE" | "DEACTIVATE",
  alarm: string,
): Promise<void> {
  const list = await cluster.etcdctl(["member", "list"]);
  const memberID = BigInt(`0x${list.split(",")[0]}`).toString();
  const reply = await fetch(`${cluster.endpoints[0]}/v3/maintenance/alarm`, {
    method: "POST",
    body: JSON.stringify({ action, memberID, alarm }),
  });
  expect(reply.status).toBe(200);
}
