import { isSameRange, type Access, type Permission } from "./access";
import type { UserState } from "./state";

/** What an operator wants of a user. The role that carries it has the user's name. */
export interface Wish {
  readonly name: string;
  readonly kind: "grant" | "revoke";
  readonly permissions: readonly Permission[];
  /** For a user who is not there yet. @default - none: the certificate of that name logs in */
  readonly password?: string | undefined;
}

/** One request to etcd, or what makes it needless. */
export type Step =
  | { readonly kind: "role"; readonly isNeeded: boolean }
  | {
      readonly kind: "permission";
      readonly isNeeded: boolean;
      /** What was asked for. */
      readonly wanted: Permission;
      /** What the role has on these keys afterwards; neither to read nor to write: no permission. */
      readonly becomes: Permission;
      /** etcd's own request to grant would only add. */
      readonly isNarrower: boolean;
    }
  | { readonly kind: "user"; readonly isNeeded: boolean; readonly password: string | undefined }
  | { readonly kind: "user-role"; readonly isNeeded: boolean };

/** From what is there to what is wanted. In an order in which breaking off gives nobody more than was asked for. */
export function plan(state: UserState, { name, kind, permissions, password }: Wish): readonly Step[] {
  const changes = permissions.map((wanted) => change(state, wanted, kind));
  if (kind === "revoke") return changes;
  return [
    { kind: "role", isNeeded: !state.isRole },
    ...changes,
    { kind: "user", isNeeded: !state.isUser, password },
    { kind: "user-role", isNeeded: !state.roles.some((role) => role.name === name) },
  ];
}

function change({ ownPermissions }: UserState, wanted: Permission, kind: Wish["kind"]): Step {
  const has = accessTo(ownPermissions, wanted);
  const canRead = kind === "grant" ? has.canRead || wanted.canRead : has.canRead && !wanted.canRead;
  const canWrite = kind === "grant" ? has.canWrite || wanted.canWrite : has.canWrite && !wanted.canWrite;
  return {
    kind: "permission",
    isNeeded: canRead !== has.canRead || canWrite !== has.canWrite,
    wanted,
    becomes: { ...wanted, canRead, canWrite },
    isNarrower: kind === "revoke",
  };
}

/** Of several on the same keys, as other tools may leave them, every one counts. */
function accessTo(permissions: readonly Permission[], range: Permission): Access {
  const same = permissions.filter((permission) => isSameRange(permission, range));
  return {
    canRead: same.some(({ canRead }) => canRead),
    canWrite: same.some(({ canWrite }) => canWrite),
  };
}
