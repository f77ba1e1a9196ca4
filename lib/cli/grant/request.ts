import { UsageError } from "../../errors";
import { permissionOn, type Access } from "./access";
import type { Wish } from "./plan";
import { readPassword } from "./read-password";
import { ROOT } from "./render";

export interface GrantRequestOptions {
  readonly prefix?: readonly string[] | undefined;
  readonly allKeys?: boolean | undefined;
  readonly read?: boolean | undefined;
  readonly write?: boolean | undefined;
  readonly revoke?: boolean | undefined;
  readonly passwordFile?: string | undefined;
}

/**
 * What a command line asks for.
 *
 * @returns undefined: only to be shown what is there
 * @throws {UsageError} with all its mistakes at once
 */
export function wishOf(name: string | undefined, options: GrantRequestOptions): Wish | undefined {
  const { prefix: prefixes = [], allKeys = false, read = false, write = false, revoke = false } = options;
  const { passwordFile } = options;
  const isAboutKeys = prefixes.length > 0 || allKeys;
  const isShown = !isAboutKeys && !read && !write && !revoke && passwordFile === undefined;
  const mistakes = [
    ...(name === "" ? ["the name of the user is empty"] : []),
    ...(isShown ? [] : mistakesIn()),
  ];
  if (mistakes.length > 0)
    throw new UsageError(mistakes.join("; "), {
      remedy: "For example: cdktf-etcd grant my-app --prefix /micro/user-srv/ --read --write",
    });
  if (isShown || name === undefined) return undefined;
  const access: Access =
    read || write ? { canRead: read, canWrite: write } : { canRead: true, canWrite: true };
  return {
    name,
    kind: revoke ? "revoke" : "grant",
    permissions: (allKeys ? [""] : [...new Set(prefixes)]).map((prefix) => permissionOn(prefix, access)),
    password: passwordFile === undefined ? undefined : readPassword(passwordFile),
  };

  function mistakesIn(): string[] {
    return [
      ...(name === undefined ? ["no user is named"] : []),
      ...(name === ROOT ? ["root may do everything: it is not for applications"] : []),
      ...(isAboutKeys ? [] : ["--prefix says on which keys, and is missing"]),
      ...(prefixes.includes("")
        ? ["an empty --prefix is all keys there are: --all-keys if that is meant"]
        : []),
      ...(prefixes.length > 0 && allKeys ? ["--all-keys and --prefix exclude each other"] : []),
      ...(revoke || read || write ? [] : ["--read or --write, or both, must be given"]),
      ...(revoke && passwordFile !== undefined
        ? ["--password-file is for a new user, not for --revoke"]
        : []),
    ];
  }
}
