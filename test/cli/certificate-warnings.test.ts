import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { certificateWarnings } from "../../lib/cli/certificate-warnings";
import { TestAuthority } from "../support/certificates";

const DAY_MS = 24 * 60 * 60 * 1000;

let folder: string;
let pem: Buffer;
let end: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-ends-"));
  const { certFile } = await (await TestAuthority.create(folder)).issue("operator");
  pem = await readFile(certFile);
  end = new Date(new X509Certificate(pem).validTo).getTime();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function warnings(daysBefore: number, text: Buffer = pem): string[] {
  return certificateWarnings("operator.crt", text, new Date(end - daysBefore * DAY_MS));
}

test("says nothing of a certificate that lasts longer than 30 days", () => {
  expect(warnings(31)).toEqual([]);
});

test("warns of one that ends within 30 days, and of one that has ended", () => {
  const day = new Date(end).toISOString().slice(0, 10);
  const advice = "`cdktf-etcd pki list` says what to do";
  expect(warnings(30)).toEqual([`operator.crt ends in 30 days, on ${day}; ${advice}`]);
  expect(warnings(1.5)).toEqual([`operator.crt ends in 1 day, on ${day}; ${advice}`]);
  expect(warnings(-0.5)).toEqual([`operator.crt has expired, on ${day}; ${advice}`]);
});

test("looks at every certificate of a bundle, and not at what is none", () => {
  expect(warnings(10, Buffer.concat([pem, Buffer.from("\n# and\n"), pem]))).toHaveLength(2);
  expect(warnings(10, Buffer.from("no certificate"))).toEqual([]);
  expect(warnings(10, Buffer.from("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))).toEqual(
    [],
  );
});
