import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { privateKeysIn } from "./support/private-keys";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const body = pem.split("\n").slice(1, -2).join("\n");
const der = privateKey.export({ type: "pkcs8", format: "der" });
const number = Buffer.from(createPrivateKey(pem).export({ format: "jwk" }).d!, "base64url");

const known = [{ name: "ours", pem }];

function search(content: Buffer | string, keys = known): string[] {
  return privateKeysIn([{ kind: "file", place: "a", content: Buffer.from(content) }], keys);
}

test.each([
  ["a PEM file", pem],
  ["JSON", JSON.stringify({ key: pem })],
  ["JSON in JSON", JSON.stringify(JSON.stringify({ key: pem }))],
  ["a block of YAML", `key: |\n${pem.replaceAll(/^/gm, "    ")}`],
  ["what Terraform frames", pem.replaceAll(/^/gm, "│ ")],
  ["its body without the label", body],
  ["its body in one line", body.replaceAll("\n", "")],
  ["the bytes of the file in base64", Buffer.from(`x${pem}`).toString("base64")],
  ["its older form", privateKey.export({ type: "sec1", format: "pem" }).toString()],
  ["DER", der],
  ["DER in base64url", der.toString("base64url")],
  ["the number in hexadecimal digits", `0x${number.toString("hex").toUpperCase()}`],
  ["the number in base64 behind two bytes", Buffer.concat([Buffer.from("ab"), number]).toString("base64")],
  ["gzip", gzipSync(pem)],
])("a key is found in %s", (_, content) => {
  expect(search(content)).not.toEqual([]);
});

test("a key that nobody told about is found by its label, also in base64", () => {
  expect(search(pem, [])).toEqual(["file, a: a PEM private key"]);
  for (const before of ["", "a", "ab"])
    expect(search(Buffer.from(before + pem).toString("base64"), [])).toEqual([
      "file, a: a PEM private key in base64",
    ]);
});

test("what is public is not taken for a key", () => {
  const text = publicKey.export({ type: "spki", format: "pem" }).toString();
  expect(search(text)).toEqual([]);
  expect(search(publicKey.export({ type: "spki", format: "der" }).toString("base64"))).toEqual([]);
});
