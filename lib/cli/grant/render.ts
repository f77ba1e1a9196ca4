import { plainTable } from "../plain-table";
import { accessWords, prefixOf, rangeWords, type Access, type Permission } from "./access";
import type { Step } from "./plan";
import type { RoleState } from "./state";

/** Raised when a field is removed or changes its meaning. */
export const GRANT_SCHEMA_VERSION = 1;

/** A user and all that its roles let it do. */
export interface Rights {
  readonly user: string;
  readonly roles: readonly RoleState[];
}

/** What one step did, or found done already: a word, and the rest of the sentence. */
export function stepWords(name: string, step: Step): string {
  const line = (verb: string, rest: string): string => `${verb.padEnd(8)} ${rest}`;
  const verb = (done: string): string => (step.isNeeded ? done : "kept");
  switch (step.kind) {
    case "role":
      return line(verb("made"), `role ${name}`);
    case "user":
      return line(verb("made"), `user ${name}${step.isNeeded ? loginWords(step.password) : ""}`);
    case "user-role":
      return line(verb("granted"), `role ${name} to user ${name}`);
    case "permission": {
      const keys = rangeWords(step.wanted);
      const role = `role ${name}`;
      if (!step.isNarrower) return line(verb("granted"), `${accessWords(step.wanted)} on ${keys} to ${role}`);
      return step.isNeeded
        ? line("revoked", `${accessWords(step.wanted)} on ${keys} from ${role}`)
        : line("kept", `${role}: it has no ${accessWords(step.wanted)} on exactly ${keys}`);
    }
  }
}

const loginWords = (password: string | undefined): string =>
  password === undefined
    ? ", without a password: the certificate of this name logs in"
    : ", with the password given";

const HEADERS = ["USER", "ROLE", "MAY", "KEYS"] as const;

/** For people: a line for everything that a user may do. */
export function renderRights(rights: readonly Rights[]): string {
  const rows = rights.flatMap(({ user, roles }) => {
    const own = roles.flatMap((role) => rowsOf(role).map((row) => [user, ...row]));
    return own.length === 0 ? [[user, "", "nothing", ""]] : own;
  });
  return plainTable(HEADERS, rows);
}

function rowsOf({ name, permissions }: RoleState): (readonly string[])[] {
  if (name === ROOT) return [[name, "everything", "all keys"]];
  if (permissions.length === 0) return [[name, "nothing", ""]];
  return permissions.map((permission) => [name, accessWords(permission), rangeWords(permission)]);
}

/** etcd asks nothing of whoever has this role: `isOpPermitted` in its auth/store.go. */
export const ROOT = "root";

/** What a run found and did, for programs. */
export interface GrantReport {
  readonly isAuthEnabled: boolean;
  /** Steps that changed something, as {@link stepWords} tells them. */
  readonly changes: readonly string[];
  readonly rights: readonly Rights[];
}

/** For programs. Keys are base64, as nothing else holds all of them. */
export function renderGrantJson({ isAuthEnabled, changes, rights }: GrantReport): string {
  const users = rights.map(({ user, roles }) => ({
    user,
    isRoot: roles.some(({ name }) => name === ROOT),
    permissions: roles.flatMap(({ name, permissions }) =>
      permissions.map((permission) => ({ role: name, ...permissionJson(permission) })),
    ),
  }));
  return JSON.stringify({ schemaVersion: GRANT_SCHEMA_VERSION, isAuthEnabled, changes, users }, null, 2);
}

function permissionJson(permission: Permission): object {
  return {
    access: accessCode(permission),
    // Null if it is no prefix, or no UTF-8.
    prefix: textOf(prefixOf(permission)),
    key: permission.key.toString("base64"),
    rangeEnd: permission.range_end?.toString("base64") ?? null,
  };
}

/** In the words of `etcdctl role grant-permission`. */
const accessCode = ({ canRead, canWrite }: Access): string =>
  canRead ? (canWrite ? "readwrite" : "read") : "write";

function textOf(bytes: Buffer | undefined): string | null {
  if (bytes === undefined) return null;
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : null;
}
