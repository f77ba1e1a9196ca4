import { generateKeyPair, randomBytes, webcrypto, type KeyObject, type X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { promisify } from "node:util";
import { lazyRequire } from "../lazy-require";
import type { LeafPlan } from "./plan";
import { signingAlgorithm } from "./signing-algorithm";
import { usagesOf } from "./usages";

export interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface Signer {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** A self-signed CA with a new EC P-256 key, whose certificates sign no further CAs. */
export async function makeAuthority(commonName: string, validity: Validity): Promise<PemPair> {
  const x509 = loadX509();
  const keys = await newKeys();
  const name = [{ CN: [commonName] }];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: name,
    issuer: name,
    ...validity,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: keys.pem };
}

/** A certificate with a new EC P-256 key. */
export async function makeLeaf(plan: LeafPlan, validity: Validity, signer: Signer): Promise<PemPair> {
  const x509 = loadX509();
  const keys = await newKeys();
  const authority = new x509.X509Certificate(signer.certificate.raw);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: [{ CN: [plan.owner] }],
    issuer: authority.subjectName,
    ...validity,
    publicKey: keys.publicKey,
    signingKey: await importSigningKey(signer.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      // An EC key only ever signs; keyEncipherment belongs to RSA.
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usagesOf(plan.purpose).map((usage) => x509.ExtendedKeyUsage[usage])),
      ...(plan.names.length === 0
        ? []
        : [
            new x509.SubjectAlternativeNameExtension(
              plan.names.map((value) => ({
                type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const),
                value,
              })),
            ),
          ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await authorityKeyId(x509, authority),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: keys.pem };
}

type X509 = typeof import("@peculiar/x509");

/** Takes 150 ms to load, and only what makes certificates needs it. */
function loadX509(): X509 {
  // Its dependency injection cannot be loaded without.
  lazyRequire("reflect-metadata");
  const x509 = lazyRequire("@peculiar/x509") as X509;
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<X509["cryptoProvider"]["set"]>[0]);
  return x509;
}

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

async function newKeys() {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: P256.namedCurve });
  return {
    publicKey: await webcrypto.subtle.importKey(
      "spki",
      publicKey.export({ type: "spki", format: "der" }),
      P256,
      true,
      ["verify"],
    ),
    privateKey: await importSigningKey(privateKey),
    pem: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

async function importSigningKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const algorithm = signingAlgorithm(key);
  if (algorithm === undefined) throw new TypeError("a CA with a key that cannot sign was let through");
  const der = key.export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}

/** As the CA's own certificate has it: another program may have made it from the key in another way. */
async function authorityKeyId(x509: X509, authority: InstanceType<X509["X509Certificate"]>) {
  const own = authority.getExtension(x509.SubjectKeyIdentifierExtension);
  return own === null
    ? x509.AuthorityKeyIdentifierExtension.create(authority.publicKey)
    : new x509.AuthorityKeyIdentifierExtension(own.keyId);
}

/** Positive and always 16 bytes long, 126 of its bits random: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.2 */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString("hex");
}
