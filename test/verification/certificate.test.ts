import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as certificate from "../../lib/verification/questions/certificate";
import {
  clientCertificateFault,
  serverCertificateFaults,
} from "../../lib/verification/questions/certificate-faults";
import { foreignCertificate } from "../../lib/verification/questions/foreign-certificate";
import { brokenHash } from "../../lib/verification/questions/signature-algorithm";
import { EC_P224, RSA_1024, RSA_2048, TestAuthority, type IssueOptions } from "../support/certificates";

const begin = new Date("2026-01-01T00:00:00Z");
const end = new Date("2026-04-01T00:00:00Z");
const at = (text: string): Date => new Date(`${text}T00:00:00Z`);

let folder: string;
let authority: TestAuthority;
let ca: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-certificate-"));
  authority = await TestAuthority.create(folder);
  ca = await readFile(authority.caFile);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let count = 0;
async function made(options: IssueOptions = {}): Promise<X509Certificate> {
  const { certFile } = await authority.issue(`made-${(count += 1)}`, {
    notBefore: begin,
    notAfter: end,
    ...options,
  });
  return new X509Certificate(await readFile(certFile));
}

describe("what stands in a certificate", () => {
  test("its key and what is weak about it", async () => {
    const facts = async (options: IssueOptions): Promise<unknown[]> => {
      const one = await made(options);
      return [certificate.keyOf(one), certificate.weaknessOf(one)];
    };
    expect(await facts({})).toEqual(["ECDSA P-256", undefined]);
    expect(await facts({ key: ["-newkey", "ed25519"] })).toEqual(["ed25519", undefined]);
    expect(await facts({ key: RSA_2048 })).toEqual(["RSA 2048", undefined]);
    expect(await facts({ key: RSA_1024 })).toEqual(["RSA 1024", "has a key that is too short: RSA 1024"]);
    expect(await facts({ key: EC_P224 })).toEqual([
      "ECDSA P-224",
      "has a key that is too short: ECDSA P-224",
    ]);
    expect(await facts({ digest: "sha1" })).toEqual(["ECDSA P-256", "is signed with SHA-1"]);
    expect(await facts({ digest: "sha512" })).toEqual(["ECDSA P-256", undefined]);
  });

  test("hosts it is for; the common name is none", async () => {
    const names = ["DNS:etcd-1.example.internal", "DNS:*.cluster.local", "IP:10.0.1.10", "IP:fd00::1"];
    const one = await made({ names, commonName: "etcd-9" });
    expect(certificate.namesOf(one)).toEqual([
      "etcd-1.example.internal",
      "*.cluster.local",
      "10.0.1.10",
      "FD00:0:0:0:0:0:0:1",
    ]);
    const isFor = (host: string): boolean => certificate.isFor(one, host);
    expect(["etcd-1.example.internal", "a.cluster.local", "10.0.1.10", "fd00::1"].map(isFor)).toEqual(
      Array(4).fill(true),
    );
    expect(["etcd-9", "cluster.local", "10.0.1.11", "fd00::2"].map(isFor)).toEqual(Array(4).fill(false));
  });

  test("when it should have been renewed: 30 days before its end, or after two thirds of a shorter life", async () => {
    const year = await made({ notAfter: at("2027-01-01") });
    expect([at("2026-11-30"), at("2026-12-03")].map((now) => certificate.endsSoon(year, now))).toEqual([
      false,
      true,
    ]);
    const short = await made({ notAfter: at("2026-01-04") });
    expect([at("2026-01-02"), at("2026-01-03")].map((now) => certificate.endsSoon(short, now))).toEqual([
      false,
      false,
    ]);
    expect(certificate.endsSoon(short, new Date("2026-01-03T00:01:00Z"))).toBe(true);
    expect(certificate.leftOf(short, at("2026-01-02"))).toBe("2 days");
    expect(certificate.leftOf(short, at("2026-01-03"))).toBe("1 day");
    expect(certificate.leftOf(short, new Date("2026-01-03T22:10:00Z"))).toBe("1 hour");
  });

  test("who signed it", async () => {
    const one = await made();
    expect(certificate.issuerOf(one)).toBe("test CA");
    expect(certificate.isSignedByAny([one], certificate.certificatesIn(ca))).toBe(true);
    const stranger = new X509Certificate(foreignCertificate.cert);
    expect(certificate.isSignedByAny([stranger], certificate.certificatesIn(ca))).toBe(false);
    expect(certificate.isSelfSigned(stranger)).toBe(true);
    expect(certificate.certificatesIn(Buffer.from("no PEM"))).toEqual([]);
  });

  test("the foreign certificate outlives everybody", () => {
    const stranger = new X509Certificate(foreignCertificate.cert);
    expect(certificate.endOf(stranger).getUTCFullYear()).toBeGreaterThan(2100);
    expect(brokenHash(stranger)).toBeUndefined();
  });
});

describe("what is wrong with it", () => {
  const kinds = async (options: IssueOptions, now: Date, trusted = ca): Promise<string[]> =>
    serverCertificateFaults(
      { chain: [await made(options)], chainError: undefined },
      "127.0.0.1",
      { ca: trusted },
      now,
    ).map(({ kind }) => kind);

  test("is all told, the signer first", async () => {
    const other = await TestAuthority.create(join(folder, "other"), "other");
    const strange = await readFile(other.caFile);
    expect(await kinds({}, at("2026-02-01"))).toEqual([]);
    expect(await kinds({ names: ["DNS:a"] }, at("2027-01-01"), strange)).toEqual([
      "server-certificate-unknown-ca",
      "server-certificate-expired",
      "server-certificate-wrong-name",
    ]);
    expect(await kinds({ names: ["email:a@b"] }, at("2025-01-01"))).toEqual([
      "server-certificate-not-yet-valid",
      "server-certificate-wrong-name",
    ]);
  });

  test("a refusal without a reason is explained by what was shown", async () => {
    const now = at("2026-02-01");
    const alert = "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE";
    const pem = async (options: IssueOptions): Promise<Buffer> =>
      Buffer.from((await made(options)).toString());
    const kind = (cert: Buffer | undefined, alertSent = alert, when = now): string =>
      clientCertificateFault(alertSent, { ca, cert }, when).kind;
    const good = await pem({});
    expect(kind(undefined)).toBe("client-certificate-missing");
    expect(kind(good, alert, at("2026-05-01"))).toBe("client-certificate-expired");
    expect(kind(good, alert, at("2025-05-01"))).toBe("client-certificate-not-yet-valid");
    expect(kind(Buffer.from(foreignCertificate.cert), alert, at("2027-05-01"))).toBe(
      "client-certificate-unknown-ca",
    );
    // Of the right CA, as far as is known here: then it is the member who must tell.
    expect(kind(good)).toBe("client-certificate-refused");
    expect(kind(good, "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA")).toBe("client-certificate-unknown-ca");
  });
});
