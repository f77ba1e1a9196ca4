import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KeyPairFiles } from "../../lib/cluster/pki-layout";
import { issueCertificates } from "../../lib/pki";
import { daysFromNow, MS_PER_DAY, onAws, onLocal, PkiProject, REGION } from "./pki-project";

const DNS = { ...REGION, dns: { domain: "etcd.example.internal" } };
const CLUSTERS = [onAws({ aws: DNS }), onLocal({ aws: DNS })];
const MEMBERS = ["etcd-0", "etcd-1", "etcd-2"];

describe("the certificates of a cluster", () => {
  let project: PkiProject;
  const begin = Date.now();
  beforeAll(async () => {
    project = PkiProject.createKept();
    await project.ensure(CLUSTERS);
    await issueCertificates(CLUSTERS, { clients: ["my-app"] }, { projectDir: project.folder });
  });
  afterAll(() => project?.dispose());

  test.each(MEMBERS)(
    "of %s pass openssl's strict check for both directions of both planes",
    async (member) => {
      const { clientCa, peerCa, server, peer } = project.layout;
      for (const [ca, leaf] of [
        [clientCa, server(member)],
        [peerCa, peer(member)],
      ] as const) {
        for (const purpose of ["sslserver", "sslclient"])
          expect(await project.verify(ca, leaf, "-purpose", purpose)).toBe(`${leaf.certFile}: OK`);
      }
    },
  );

  test("of clients pass it for clients, and cannot serve", async () => {
    const { clientCa, client } = project.layout;
    for (const name of ["operator", "my-app"]) {
      const leaf = client(name);
      expect(await project.verify(clientCa, leaf, "-purpose", "sslclient")).toBe(`${leaf.certFile}: OK`);
      expect(await project.verify(clientCa, leaf, "-purpose", "sslserver")).toMatch(/purpose/);
    }
  });

  test("of one plane are worth nothing on the other", async () => {
    const { clientCa, peerCa, server, peer, client } = project.layout;
    expect(await project.verify(peerCa, server("etcd-0"))).not.toContain("OK");
    expect(await project.verify(peerCa, client("operator"))).not.toContain("OK");
    expect(await project.verify(clientCa, peer("etcd-0"))).not.toContain("OK");
  });

  test("are valid for each address and name of their member, and for those of no other", async () => {
    const { clientCa, peerCa, server, peer } = project.layout;
    const own = [
      ["-verify_ip", "10.40.0.10"],
      ["-verify_ip", "127.0.0.1"],
      ["-verify_hostname", "localhost"],
      ["-verify_hostname", "etcd-0"],
      ["-verify_hostname", "etcd-0.etcd.example.internal"],
      ["-verify_hostname", "etcd.example.internal"],
    ];
    const foreign = [
      ["-verify_ip", "10.40.1.10"],
      ["-verify_hostname", "etcd-1"],
    ];
    for (const [ca, leaf] of [
      [clientCa, server("etcd-0")],
      [peerCa, peer("etcd-0")],
    ] as const) {
      for (const name of own) expect(await project.verify(ca, leaf, ...name), name[1]).toContain(": OK");
      for (const name of foreign)
        expect(await project.verify(ca, leaf, ...name), name[1]).toContain("mismatch");
    }
  });

  test("say what they are", () => {
    const { clientCa, peerCa, server, peer, client } = project.layout;
    const said = (files: KeyPairFiles): string => {
      const { certFile } = files;
      const text = project.openssl(
        "x509",
        "-noout",
        "-in",
        certFile,
        "-text",
        "-certopt",
        "no_sigdump,no_pubkey",
      );
      return text
        .replace(/Serial Number:\s+\S+/, "Serial Number: (random)")
        .replace(/(Not Before|Not After ):.*/g, "$1: (then)")
        .replace(/([0-9A-F]{2}:){19}[0-9A-F]{2}/g, "(key id)");
    };
    for (const files of [clientCa, peerCa, server("etcd-1"), peer("etcd-1"), client("my-app")])
      expect(said(files)).toMatchSnapshot(files.certFile);
  });

  test("last ten years for a CA and one year for the rest, beginning a minute ago", () => {
    const { clientCa, peerCa, server, peer, client } = project.layout;
    const lifeDays = (files: KeyPairFiles): number => {
      const { validFrom, validTo } = project.certificate(files);
      const from = Date.parse(validFrom);
      expect(from).toBeGreaterThan(begin - 62_000);
      expect(from).toBeLessThan(Date.now() - 58_000);
      return (Date.parse(validTo) - from - 60_000) / MS_PER_DAY;
    };
    expect([clientCa, peerCa].map(lifeDays)).toEqual([3650, 3650]);
    expect([server("etcd-0"), peer("etcd-0"), client("operator")].map(lifeDays)).toEqual([365, 365, 365]);
  });

  test("have serial numbers and keys of their own", () => {
    const { clientCa, peerCa, server, peer, client } = project.layout;
    const all = [clientCa, peerCa, client("operator"), client("my-app")]
      .concat(MEMBERS.flatMap((name) => [server(name), peer(name)]))
      .map((files) => project.certificate(files));
    for (const field of ["serialNumber", "fingerprint256"] as const)
      expect(new Set(all.map((one) => one[field])).size).toBe(all.length);
    const keys = all.map(({ publicKey }) => publicKey.export({ type: "spki", format: "pem" }));
    expect(new Set(keys).size).toBe(all.length);
    for (const { serialNumber } of all) expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  test("have keys on P-256 in PKCS #8", () => {
    const { keyFile } = project.layout.server("etcd-2");
    expect(project.read(keyFile)).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n$/);
    expect(project.openssl("pkey", "-in", keyFile, "-noout", "-text")).toContain("NIST CURVE: P-256");
  });
});

test("a certificate never outlives its CA", async () => {
  const project = PkiProject.create();
  await project.ensure(onLocal(), { now: daysFromNow(100 - 3650) });
  await project.ensure(onLocal());
  const { clientCa, peerCa, server, peer, client } = project.layout;
  const end = (files: KeyPairFiles): string => project.certificate(files).validTo;
  expect(end(server("etcd-0"))).toBe(end(clientCa));
  expect(end(client("operator"))).toBe(end(clientCa));
  expect(end(peer("etcd-0"))).toBe(end(peerCa));
  expect(project.mistakes()).toEqual([]);
});

test("member names that are none of DNS stay out of the certificate, which Go would refuse as a whole", async () => {
  const names = ["node_a", "node.b", "node-c.", "node..d", "n-e"];
  const cluster = onLocal({ members: names.map((name) => ({ name })) });
  const project = await PkiProject.withCertificates(cluster);
  const sans = names.map((name) => project.certificate(project.layout.server(name)).subjectAltName);
  const common = "IP Address:127.0.0.1, DNS:localhost";
  expect(sans).toEqual([
    `${common}, DNS:node_a`,
    `${common}, DNS:node.b`,
    common,
    common,
    `${common}, DNS:n-e`,
  ]);
  expect(project.mistakes(cluster)).toEqual([]);
});

test.each([
  ["RSA", ["rsa:2048"]],
  ["EC P-384", ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]],
])("a CA with an %s key that a person made is kept and signs", async (_kind, algorithm) => {
  const project = PkiProject.create();
  const { clientCa, peerCa, server } = project.layout;
  mkdirSync(dirname(project.path(clientCa.certFile)), { recursive: true });
  project.makeCaByHand(clientCa, algorithm);
  const before = project.read(clientCa.certFile);
  const steps = await project.ensure();
  expect(steps.slice(0, 2).map(({ kind, certFile }) => [kind, certFile])).toEqual([
    ["kept", clientCa.certFile],
    ["made", peerCa.certFile],
  ]);
  expect(project.read(clientCa.certFile)).toBe(before);
  expect(await project.verify(clientCa, server("etcd-0"))).toBe(`${server("etcd-0").certFile}: OK`);
  expect(project.mistakes()).toEqual([]);
});

test("a CA with a key that etcd and Node do not both take is refused by its kind", async () => {
  const project = PkiProject.create();
  const { clientCa } = project.layout;
  mkdirSync(dirname(project.path(clientCa.certFile)), { recursive: true });
  project.makeCaByHand(clientCa, ["ed25519"]);
  const before = project.contents();
  await expect(project.ensure()).rejects.toThrow(
    "pki/demo/client-ca.key must be RSA or EC on P-256, P-384 or P-521 to sign certificates here, got ed25519",
  );
  expect(project.contents()).toEqual(before);
});
