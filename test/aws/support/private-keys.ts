import { createPrivateKey } from "node:crypto";
import { gunzipSync } from "node:zlib";

/** Something that a deploy leaves behind or prints. */
export interface Evidence {
  /** Of which sort it is, e.g. `plan file`. */
  readonly kind: string;
  /** Where exactly it was found. */
  readonly place: string;
  readonly content: Buffer;
}

/** A private key that must not be found. */
export interface KnownKey {
  readonly name: string;
  readonly pem: string;
}

/** Any PEM private key, ours or not, where line ends and blanks were taken out. */
const PEM = /-----BEGIN(?:[A-Z]+)?PRIVATEKEY-----/;

const PEM_LABEL = Buffer.from("PRIVATE KEY-----");

const GZIP = Buffer.from([0x1f, 0x8b]);

/** What stands between the lines of a PEM file once it was printed, or written into JSON. */
const LINE_ENDS = /\\[nr]|[\s│]/g;

/**
 * The evidence in which a private key stands, as `kind, place: what`: any key as PEM, also in base64; and of the known keys the secret
 * number itself, in every way in which programs write bytes.
 */
export function privateKeysIn(evidence: readonly Evidence[], known: readonly KnownKey[]): string[] {
  const needles = [
    ...base64Forms(PEM_LABEL).map((form) => ({ what: "a PEM private key in base64", form })),
    ...known.flatMap(({ name, pem }) => formsOf(secretOf(pem)).map((form) => ({ what: name, form }))),
  ];
  return evidence.flatMap(({ kind, place, content }) => {
    const text = unpacked(content).toString("latin1").replaceAll(LINE_ENDS, "");
    const found = needles.filter(({ form }) => text.includes(form)).map(({ what }) => what);
    const all = PEM.test(text) ? ["a PEM private key", ...found] : found;
    return [...new Set(all)].map((what) => `${kind}, ${place}: ${what}`);
  });
}

function unpacked(content: Buffer): Buffer {
  return content.subarray(0, 2).equals(GZIP) ? gunzipSync(content) : content;
}

/** The private number of an elliptic-curve key: what is public of a key is in its certificate too. */
function secretOf(pem: string): Buffer {
  const { d } = createPrivateKey(pem).export({ format: "jwk" });
  if (d === undefined) throw new Error("a key without a private number");
  return Buffer.from(d, "base64url");
}

function formsOf(bytes: Buffer): string[] {
  const hex = bytes.toString("hex");
  const raw = bytes.toString("latin1").replaceAll(LINE_ENDS, "");
  return [...base64Forms(bytes), hex, hex.toUpperCase(), raw];
}

function base64Forms(bytes: Buffer): string[] {
  const plain = [0, 1, 2].map((offset) => base64At(bytes, offset));
  return [...plain, ...plain.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** The part of any base64 text that these bytes alone decide, when they stand behind `offset` others. */
function base64At(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const wholeGroups = 4 * Math.floor((offset + bytes.length) / 3);
  return text.slice(offset === 0 ? 0 : offset + 1, wholeGroups);
}
