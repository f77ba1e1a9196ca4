import type { ReadKind } from "./kind-schema";
import { textLike, textThat } from "./text-kinds";
import { quote } from "./quote";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const RESERVED_PREFIXES = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_SUFFIXES = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];
/** Of buckets in a namespace of their account: only there, and this package makes buckets in the shared one. */
const ACCOUNT_NAMESPACE_SUFFIX = "-an";

/** Name of a bucket that is to be made. No dots, although S3 allows them: they break TLS at `https://<bucket>.s3…`. */
export const newBucketName: ReadKind<string> = bucketName(
  /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  "3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit",
  [...RESERVED_SUFFIXES, ACCOUNT_NAMESPACE_SUFFIX],
);

/** Name of a bucket that is there already. */
export const existingBucketName: ReadKind<string> = bucketName(
  /^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  "the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots",
  RESERVED_SUFFIXES,
);

/** Key of an object, as Terraform's S3 backend takes it: no slash at either end, nor two in a row. */
export const stateKey: ReadKind<string> = textLike(
  /^(?!\/)(?!.*\/\/)(?!.*\/$)[A-Za-z0-9!_.*'()/-]{1,900}$/,
  "a path of letters, digits and !_.*'()- with single slashes inside",
  'for example "etcd/demo.tfstate"',
);

function bucketName(pattern: RegExp, allowed: string, suffixes: readonly string[]): ReadKind<string> {
  return textThat(
    (text) => {
      const refused = (message: string) =>
        ({ ok: false, message: `${message}, got ${quote(text)}` }) as const;
      const prefix = RESERVED_PREFIXES.find((reserved) => text.startsWith(reserved));
      const suffix = suffixes.find((reserved) => text.endsWith(reserved));
      if (!pattern.test(text)) return refused(`must be ${allowed}`);
      if (prefix !== undefined) return refused(`must not begin with "${prefix}", which S3 keeps for itself`);
      if (suffix !== undefined) return refused(`must not end with "${suffix}", which S3 keeps for itself`);
      return { ok: true, value: text };
    },
    allowed,
    { pattern: pattern.source },
  );
}
