import { createHash } from "node:crypto";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length */
const MAX_ROLE_NAME_LENGTH = 64;
const DIGEST_LENGTH = 8;

/**
 * A name of a role from its parts. Where they are too long together, the end gives way to a digest of all of them, so that
 * names stay different and the same at every synthesis.
 */
export function iamName(...parts: readonly string[]): string {
  const name = parts.join("-");
  if (name.length <= MAX_ROLE_NAME_LENGTH) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, DIGEST_LENGTH);
  return `${name.slice(0, MAX_ROLE_NAME_LENGTH - DIGEST_LENGTH - 1)}-${digest}`;
}
