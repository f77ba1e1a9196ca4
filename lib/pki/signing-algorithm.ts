import type { KeyObject } from "node:crypto";

/** For messages: the keys that a CA may have. */
export const SIGNING_KEYS = "RSA or EC on P-256, P-384 or P-521";

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

/** How a key signs, in the words of Web Crypto; undefined for one that etcd's and Node's TLS do not both take. */
export function signingAlgorithm(
  key: KeyObject,
): { readonly name: string; readonly hash?: string; readonly namedCurve?: string } | undefined {
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const namedCurve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""];
  return namedCurve === undefined ? undefined : { name: "ECDSA", namedCurve };
}
