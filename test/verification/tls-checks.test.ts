/** The checks of certificates, and of who is let in, against real members. */
import { readFile } from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verify, type VerificationReport } from "../../lib/verification";
import { RSA_1024, RSA_2048, TestAuthority, type IssueOptions } from "../support/certificates";
import { defaultEtcd, etcdBinaries } from "../support/etcd";
import { freePorts } from "../support/free-ports";
import { RawCluster, RawMember } from "../support/raw-cluster";
import { check, failedChecks } from "./support/reports";

const DAY_MS = 24 * 60 * 60 * 1000;
const day = (days: number): Date => new Date(Date.now() + days * DAY_MS);
const ids = ["client-certificate", "client-access", "peer-certificate", "peer-access"];

const outcomes = (report: VerificationReport): unknown[] => ids.map((id) => check(report, id).outcome);
const reasons = (report: VerificationReport, id: string): string[] =>
  check(report, id).results.map(({ reason }) => reason);

describe.each([0, 1, 2])("mutual TLS (the %ith release of the tests)", (index) => {
  let cluster: RawCluster;
  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await RawCluster.start({ binaries, tls: {} });
  });
  afterAll(() => cluster?.stop());

  const verified = (more: object = {}): Promise<VerificationReport> =>
    verify({ expectation: cluster.expectation, tls: cluster.tls, checks: ids, ...more });

  /** The one member shows another certificate meanwhile. */
  async function showing(use: "client" | "peer", options: IssueOptions): Promise<VerificationReport> {
    const { clientAuthority, peerAuthority } = cluster.secrets!;
    const authority = use === "client" ? clientAuthority : peerAuthority;
    const [, , member] = cluster.members;
    await member!.replaceCertificate(use, await authority.issue("other", options));
    try {
      return await verified();
    } finally {
      await member!.replaceCertificate(use, await authority.issue("right"));
    }
  }

  test("passes when all is in order, and says what it saw", async () => {
    const report = await verified();
    expect(report.verdict).toBe("healthy");
    const each = (reason: string): string[] => cluster.members.map(() => reason);
    expect(reasons(report, "client-certificate")).toEqual(
      each("is valid for 89 days more, ECDSA P-256, by client CA"),
    );
    expect(reasons(report, "client-access")).toEqual(
      each("refuses plain text, clients without a certificate and certificates of a foreign CA"),
    );
    expect(reasons(report, "peer-certificate")).toEqual(
      each("is valid for 89 days more, ECDSA P-256, by peer CA"),
    );
    expect(reasons(report, "peer-access")).toEqual(
      each("refuses plain text, peers without a certificate and certificates of a foreign CA or of a client"),
    );
  });

  test("needs no definition for that: the members tell where their peers meet", async () => {
    const report = await verify({ endpoints: cluster.endpoints, tls: cluster.tls, checks: ids });
    expect(outcomes(report)).toEqual(ids.map(() => "passed"));
  });

  test("says nothing of who signed for the peers as long as their CA is not known", async () => {
    const report = await verified({ tls: { ...cluster.tls, peerCa: undefined } });
    expect(outcomes(report)).toEqual(ids.map(() => "passed"));
    expect(reasons(report, "peer-access")[0]).toBe(
      "refuses plain text, peers without a certificate and certificates of a foreign CA",
    );
  });

  test("fails with the wrong CA for peers, and says whose it is", async () => {
    const report = await verified({ tls: { ...cluster.tls, peerCa: cluster.tls!.ca } });
    expect(failedChecks(report)).toEqual(["peer-certificate"]);
    expect(reasons(report, "peer-certificate")[0]).toBe(
      `is signed by a CA that is not trusted here: "peer CA"`,
    );
  });

  test.each<[string, "client" | "peer", IssueOptions, string, RegExp]>([
    [
      "ends soon",
      "client",
      { notBefore: day(-60), notAfter: day(29.5) },
      "warned",
      /^is valid for 29 days more/,
    ],
    [
      "ends soon",
      "peer",
      { notBefore: day(-60), notAfter: day(0.51) },
      "warned",
      /^is valid for 12 hours more/,
    ],
    [
      "lives for a day only",
      "client",
      { notBefore: day(-0.1), notAfter: day(0.9) },
      "passed",
      /^is valid for 21 hours/,
    ],
    ["has a short RSA key", "client", { key: RSA_1024 }, "failed", /^has a key that is too short: RSA 1024$/],
    ["has a long RSA key", "peer", { key: RSA_2048 }, "passed", /RSA 2048, by peer CA$/],
    ["is signed with SHA-1", "peer", { digest: "sha1" }, "failed", /^is signed with SHA-1$/],
    [
      "has expired",
      "peer",
      { notBefore: day(-9), notAfter: day(-2.5) },
      "failed",
      /^expired on .* \(2 days ago\)$/,
    ],
    [
      "is for another host",
      "peer",
      { names: ["IP:10.0.1.10"] },
      "failed",
      /^is for 10\.0\.1\.10, not for 127\.0\.0\.1$/,
    ],
  ])("a certificate that %s (for %ss)", async (_title, use, options, outcome, reason) => {
    const report = await showing(use, options);
    const result = check(report, `${use}-certificate`).results[2];
    expect(result).toMatchObject({ member: "etcd-3", outcome, reason: expect.stringMatching(reason) });
    const others = check(report, `${use}-certificate`).results.slice(0, 2);
    expect(others.map((other) => other.outcome)).toEqual(["passed", "passed"]);
  });

  test("warns when the operator's own certificate ends soon", async () => {
    const { certFile, keyFile } = await cluster.secrets!.clientAuthority.issue("parting", {
      notBefore: day(-80),
      notAfter: day(10.5),
    });
    const own = { cert: await readFile(certFile), key: await readFile(keyFile) };
    const report = await verified({ tls: { ...cluster.tls, ...own } });
    expect(outcomes(report)).toEqual(["warned", "passed", "passed", "passed"]);
    expect(reasons(report, "client-certificate").at(-1)).toBe(
      `the client certificate given here ("parting") ends in 10 days`,
    );
  });

  test("leaves a dead member to the check that tells its cause", async () => {
    await cluster.member("etcd-2").kill();
    const report = await verified();
    expect(failedChecks(report)).toEqual(["member-answers"]);
    for (const id of ids) {
      expect(check(report, id).results).toMatchObject([
        { outcome: "passed" },
        { outcome: "skipped", reason: "does not answer" },
        { outcome: "passed" },
      ]);
    }
  });
});

describe.each([0, 1, 2])("ports that are open (the %ith release of the tests)", (index) => {
  test("clients and peers need no certificate: one is a warning, the other a failure", async () => {
    const binaries = (await etcdBinaries())[index]!;
    const open = { clientCertAuth: false, peerCertAuth: false };
    const cluster = await RawCluster.start({ binaries, size: 1, tls: open });
    try {
      const report = await verify({ expectation: cluster.expectation, tls: cluster.tls, checks: ids });
      expect(outcomes(report)).toEqual(["passed", "warned", "passed", "failed"]);
      expect(reasons(report, "client-access")).toEqual([
        "takes clients without a certificate: whoever reaches the port reads and writes",
      ]);
      expect(reasons(report, "peer-access")[0]).toMatch(/ takes peers without a certificate: /);

      // What authentication does for clients it does not do for peers.
      await cluster.etcdctl(["user", "add", "root:secret"]);
      await cluster.etcdctl(["user", "grant-role", "root", "root"]);
      await cluster.etcdctl(["auth", "enable"]);
      const user = { name: "root", password: "secret" };
      const guarded = await verify({ expectation: cluster.expectation, tls: cluster.tls, user, checks: ids });
      expect(outcomes(guarded)).toEqual(["passed", "passed", "passed", "failed"]);
    } finally {
      await cluster.stop();
    }
  });
});

test("one CA for clients and peers is a choice, and no port that is open", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-tls-"));
  const authority = await TestAuthority.create(join(folder, "ca"), "CA for all");
  const one = { clientAuthority: authority, peerAuthority: authority };
  const cluster = await RawCluster.start({ binaries: await defaultEtcd(), size: 1, tls: one });
  try {
    const report = await verify({ expectation: cluster.expectation, tls: cluster.tls, checks: ids });
    expect(outcomes(report)).toEqual(ids.map(() => "passed"));
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

// There a server refuses a client before it has shaken hands, and its certificate is seen on the way only.
test.each([1, 2])("TLS 1.2 at most (the %ith release of the tests)", async (index) => {
  const binaries = (await etcdBinaries())[index]!;
  const cluster = await RawCluster.start({ binaries, size: 1, tls: {}, flags: ["--tls-max-version=TLS1.2"] });
  try {
    const report = await verify({ expectation: cluster.expectation, tls: cluster.tls, checks: ids });
    expect(outcomes(report)).toEqual(ids.map(() => "passed"));
    const unknown = await verify({
      expectation: cluster.expectation,
      tls: { ca: cluster.tls!.peerCa },
      checks: [],
    });
    expect(unknown.endpoints[0]?.problem?.kind).toBe("server-certificate-unknown-ca");
    const bare = await verify({ expectation: cluster.expectation, tls: { ca: cluster.tls!.ca }, checks: [] });
    expect(bare.endpoints[0]?.problem?.kind).toBe("client-certificate-missing");
  } finally {
    await cluster.stop();
  }
});

describe("listeners by hand", () => {
  let folder: string;
  let authority: TestAuthority;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-tls-"));
    authority = await TestAuthority.create(join(folder, "ca"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("the same port in plain text too: a failure", async () => {
    const { etcd } = await defaultEtcd();
    const [client, peer] = await freePorts(2);
    const [endpoint, peerUrl] = [`https://127.0.0.1:${client}`, `https://127.0.0.1:${peer}`];
    const { certFile, keyFile } = await authority.issue("member");
    const tls = {
      ca: await readFile(authority.caFile),
      cert: await readFile(certFile),
      key: await readFile(keyFile),
    };
    const member = new RawMember(
      "etcd-1",
      endpoint,
      peerUrl,
      etcd,
      [
        ...["--name=etcd-1", `--data-dir=${join(folder, "data")}`, `--initial-cluster=etcd-1=${peerUrl}`],
        ...[
          `--listen-client-urls=${endpoint},http://127.0.0.1:${client}`,
          `--advertise-client-urls=${endpoint}`,
        ],
        ...[`--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`],
        ...[`--cert-file=${certFile}`, `--key-file=${keyFile}`, `--trusted-ca-file=${authority.caFile}`],
        ...[`--peer-cert-file=${certFile}`, `--peer-key-file=${keyFile}`],
        `--peer-trusted-ca-file=${authority.caFile}`,
      ],
      tls,
    );
    member.start();
    try {
      await member.ready();
      const report = await verify({ endpoints: [endpoint], tls, checks: ids });
      expect(outcomes(report)).toEqual(["passed", "failed", "passed", "passed"]);
      expect(reasons(report, "client-access")).toEqual(["answers in plain text too"]);
    } finally {
      await member.kill();
    }
  });

  test("plain text on loopback is nobody's business", async () => {
    const cluster = await RawCluster.start({ binaries: await defaultEtcd(), size: 1 });
    try {
      const report = await verify({ expectation: cluster.expectation, checks: ids });
      expect(outcomes(report)).toEqual(["skipped", "passed", "skipped", "passed"]);
      // Reached from elsewhere, as far as its endpoint says: the tunnel ends here.
      const port = Number(new URL(cluster.endpoints[0]!).port);
      const remote = await verify({
        endpoints: ["http://10.0.1.10:2379"],
        connectTo: () => ({ host: "127.0.0.1", port }),
        checks: ids,
      });
      expect(outcomes(remote)).toEqual(["skipped", "warned", "skipped", "skipped"]);
      expect(reasons(remote, "peer-access")).toEqual([
        "asked through a tunnel, which leads to its client port only",
      ]);
    } finally {
      await cluster.stop();
    }
  });
});
