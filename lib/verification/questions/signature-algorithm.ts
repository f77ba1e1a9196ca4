import type { X509Certificate } from "node:crypto";

const names: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.4": "MD5",
  "1.2.840.113549.1.1.5": "SHA-1",
  "1.3.14.3.2.29": "SHA-1",
  "1.2.840.10040.4.3": "SHA-1",
  "1.2.840.10045.4.1": "SHA-1",
};

/**
 * The hash below the signature, if it is one that no longer protects: Go has refused certificates with MD5 and SHA-1 since 1.18
 * (https://go.dev/doc/go1.18#sha1), and etcd's peers and etcdctl with it. `undefined` for every other.
 */
export function brokenHash(certificate: X509Certificate): string | undefined {
  // Node tells the algorithm from 24.9 on only.
  return names[signatureOid(certificate.raw)];
}

/** `Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { OID, … }, … }` (RFC 5280, 4.1) */
function signatureOid(der: Buffer): string {
  const certificate = element(der, 0);
  const tbs = element(der, certificate.begin);
  const algorithm = element(der, tbs.end);
  const { begin, end } = element(der, algorithm.begin);
  return oid(der.subarray(begin, end));
}

/** Where the content of the DER element at `at` begins and ends. */
function element(der: Buffer, at: number): { begin: number; end: number } {
  const first = der.readUInt8(at + 1);
  if (first < 0x80) return { begin: at + 2, end: at + 2 + first };
  const lengthBytes = first & 0x7f;
  const begin = at + 2 + lengthBytes;
  return { begin, end: begin + der.readUIntBE(at + 2, lengthBytes) };
}

function oid(content: Buffer): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 0x80 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (parts.length === 0) {
      const top = Math.min(2, Math.floor(value / 40));
      parts.push(top, value - top * 40);
    } else parts.push(value);
    value = 0;
  }
  return parts.join(".");
}
