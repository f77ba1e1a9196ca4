import { randomBytes } from "node:crypto";

/** Below this is all that a verification writes: what a user must be granted once authentication is enabled. */
export const verificationPrefix = "/cdktf-etcd/verify/";

/** One verification's own part of it. */
export function ownKeyPrefix(): string {
  return `${verificationPrefix}${randomBytes(8).toString("hex")}/`;
}
