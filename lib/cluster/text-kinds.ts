import { parseCidr, parseIpv4 } from "./ipv4";
import { quote } from "./quote";
import type { Parsed } from "./units";
import type { ReadKind } from "./kind-schema";

/** Text of a certain form. `allowed` completes "must be …". */
export function textLike(pattern: RegExp, allowed: string, remedy?: string): ReadKind<string> {
  return textThat(
    (text) =>
      pattern.test(text)
        ? { ok: true, value: text }
        : { ok: false, message: `must be ${allowed}, got ${quote(text)}`, remedy },
    allowed,
    { pattern: pattern.source },
  );
}

/** Text that `read` accepts; it stays text. */
export function textThat(
  read: (text: string) => Parsed<unknown>,
  allowed: string,
  jsonSchema: Readonly<Record<string, unknown>> = {},
): ReadKind<string> {
  return {
    jsonSchema: { type: "string", ...jsonSchema },
    parse(input) {
      if (typeof input !== "string" && typeof input !== "number" && typeof input !== "boolean") {
        return { ok: false, message: `must be ${allowed}, got ${quote(input)}` };
      }
      const parsed = read(String(input));
      if (typeof input === "string") return parsed.ok ? { ok: true, value: input } : parsed;
      return {
        ok: false,
        message: `must be ${allowed}, got ${String(input)}`,
        // YAML reads 2020 as a number and true as a truth value; quotes help where the text would be right.
        remedy: parsed.ok ? `write it in quotes: "${String(input)}"` : parsed.remedy,
      };
    },
  };
}

/** How CDKTF writes a value that only an apply knows. */
const CDKTF_TOKEN = /^\$\{TfToken\[[^\]]+\]\}$/;

/**
 * An id that AWS gave, or – in typed props – a reference to a resource that will have one. No id gets into user data, where only
 * literals may stand.
 */
export function awsId(prefix: string, what: string): ReadKind<string> {
  const literal = textLike(
    new RegExp(`^${prefix}-[0-9a-f]{8,17}$`),
    `${what} like "${prefix}-0123456789abcdef0"`,
  );
  return orReference(literal);
}

/** Also takes a reference to a resource. */
export function orReference(literal: ReadKind<string>): ReadKind<string> {
  return {
    ...literal,
    parse: (input) =>
      typeof input === "string" && CDKTF_TOKEN.test(input)
        ? { ok: true, value: input }
        : literal.parse(input),
  };
}

export const ipv4Address: ReadKind<string> = textThat(parseIpv4, "an IPv4 address like 10.40.0.10", {
  format: "ipv4",
});

export const cidr: ReadKind<string> = textThat(parseCidr, "an IPv4 range like 10.40.0.0/24");

/** A KMS key. EBS and S3 answer with the key's ARN, and Terraform would replace what was given an alias. */
export const kmsKeyArn: ReadKind<string> = orReference(
  textLike(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
    "the ARN of a KMS key",
    "like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, and no alias: AWS answers with the key's ARN, and Terraform would replace what was given another name",
  ),
);

/** A domain of at least two labels, without a dot at its end. */
export const domainName: ReadKind<string> = textLike(
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/,
  'a domain like "etcd.example.internal"',
  "lower-case labels, separated by dots, without one at the end",
);

/** A path from the root; control characters would break the env file. */
export function absolutePath(example: string): ReadKind<string> {
  return textLike(
    /^\/[^\u0000-\u001f\u007f]*$/,
    "an absolute path",
    `write it from the root, e.g. ${example}`,
  );
}

/** Where files are fetched. A user name in it would land in user data, and a query would end up in the middle of the URL. */
export const baseUrl: ReadKind<string> = textThat(
  (text) => {
    const refused = (message: string, remedy?: string): Parsed<string> => ({
      ok: false,
      message: `${message}, got ${quote(text.replace(/\/\/.*@/, "//***@"))}`,
      remedy,
    });
    if (!/^https?:\/\/[\x21-\x7e]+$/.test(text) || /["'`\\<>{}|^]/.test(text) || !URL.canParse(text)) {
      return refused("must be an http or https URL");
    }
    const url = new URL(text);
    if (url.username !== "" || url.password !== "") {
      return refused(
        "must not hold a user name or password",
        "everybody who reads the plan would see them: take a mirror that needs none",
      );
    }
    if (url.search !== "" || url.hash !== "")
      return refused("must end with its path", "remove what begins with ? or #");
    return { ok: true, value: text };
  },
  "an http or https URL",
  { format: "uri", pattern: "^https?://" },
);
