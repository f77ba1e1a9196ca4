import { X509Certificate } from "node:crypto";
import type { TlsOptions } from "../../client";
import { UsageError } from "../../errors";
import { prefixOf } from "./access";
import type { Wish } from "./plan";
import type { UserState } from "./state";

/** What an operator should know, and what to do. */
export interface GrantWarning {
  readonly message: string;
  readonly remedy: string;
}

/** @param tls of whoever asks */
export function authWarnings(isAuthEnabled: boolean, tls: TlsOptions | undefined): GrantWarning[] {
  if (isAuthEnabled) return [];
  const operator = commonName(tls?.cert);
  const users =
    operator === undefined
      ? ["user add root", "user grant-role root root"]
      : [
          ...[...new Set(["root", operator])].flatMap((user) => [
            `user add ${user} --no-password`,
            `user grant-role ${user} root`,
          ]),
        ];
  return [
    {
      message: "authentication is not enabled: whoever reaches a member may read and write all keys",
      remedy: [
        "Enable it, with all rights for yourself:",
        ...[...users, "auth enable"].map((line) => `  cdktf-etcd etcdctl ${line}`),
      ].join("\n  "),
    },
  ];
}

/** @throws {UsageError} for a new user without a password, where no member sees a certificate */
export function refuseWithoutLogin(
  { isUser }: UserState,
  { name, kind, password }: Wish,
  isTls: boolean,
): void {
  if (kind === "revoke" || isUser || password !== undefined || isTls) return;
  throw new UsageError(
    `the members speak plain HTTP and see no certificates: without a password nobody can log in as ${name}`,
    { remedy: "Give one with --password-file FILE, or - for standard input." },
  );
}

/** Who was there before keeps the password; whether it is the same one cannot be seen. */
export function passwordWarnings({ isUser }: UserState, { name, password }: Wish): GrantWarning[] {
  return isUser && password !== undefined
    ? [
        {
          message: `the user ${name} was there before: the password is as it was, and the one given was not used`,
          remedy: `To change it: cdktf-etcd etcdctl user passwd ${name}`,
        },
      ]
    : [];
}

/** Prefixes of keys are no folders. */
export function prefixWarnings({ kind, permissions }: Wish): GrantWarning[] {
  if (kind === "revoke") return [];
  return permissions.flatMap((permission) => {
    const prefix = prefixOf(permission)?.toString() ?? "";
    return prefix === "" || prefix.endsWith("/")
      ? []
      : [
          {
            message: `${prefix} is the beginning of ${prefix}/a as well as of ${prefix}2/a`,
            remedy: `To leave the latter out, write --prefix ${prefix}/`,
          },
        ];
  });
}

function commonName(certificate: Buffer | undefined): string | undefined {
  if (certificate === undefined) return undefined;
  return /^CN=(.+)$/m.exec(new X509Certificate(certificate).subject)?.[1];
}
