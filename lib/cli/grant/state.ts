import { isAboutUser, settle, type Member } from "../../client";
import type { Permission } from "./access";
import { fromEtcd } from "./etcd-permission";

/** What etcd knows of a user now. */
export interface UserState {
  readonly isAuthEnabled: boolean;
  readonly isUser: boolean;
  /** Whether there is a role of the user's name. */
  readonly isRole: boolean;
  /** Of the user, by name. */
  readonly roles: readonly RoleState[];
  /** Of the role of the user's name, whether the user has it or not. */
  readonly ownPermissions: readonly Permission[];
}

export interface RoleState {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** All names that etcd's authentication knows, sorted. */
export interface AuthNames {
  readonly isAuthEnabled: boolean;
  readonly users: readonly string[];
  readonly roles: readonly string[];
}

/** @throws EndpointProblem */
export async function readNames(member: Member): Promise<AuthNames> {
  const [isAuthEnabled, { users }, { roles }] = await Promise.all([
    askAuthEnabled(member),
    member.call((etcd, options) => etcd.auth.userList(options)),
    member.call((etcd, options) => etcd.auth.roleList(options)),
  ]);
  return { isAuthEnabled, users: users.toSorted(), roles: roles.toSorted() };
}

/**
 * The roles of a user who is there, each with what it may do.
 *
 * @throws EndpointProblem
 */
export async function rolesOf(member: Member, names: AuthNames, user: string): Promise<readonly RoleState[]> {
  const { roles } = await member.call((etcd, options) => etcd.auth.userGet({ name: user }, options));
  return Promise.all(
    roles.map(async (name) => ({
      name,
      // `root` may be nothing but its name: etcd gives it to users without a role that is called so.
      permissions: names.roles.includes(name) ? await permissionsOf(member, name) : [],
    })),
  );
}

/** @throws EndpointProblem */
export async function readState(member: Member, name: string): Promise<UserState> {
  const names = await readNames(member);
  const isUser = names.users.includes(name);
  const isRole = names.roles.includes(name);
  return {
    isAuthEnabled: names.isAuthEnabled,
    isUser,
    isRole,
    roles: isUser ? await rolesOf(member, names, name) : [],
    ownPermissions: isRole ? await permissionsOf(member, name) : [],
  };
}

async function permissionsOf(member: Member, role: string): Promise<readonly Permission[]> {
  const { perm } = await member.call((etcd, options) => etcd.auth.roleGet({ role }, options));
  return perm.map(fromEtcd);
}

/**
 * By a login of nobody, which comes to nothing before anything else is looked at: AuthStatus goes through the log, and members of 3.4
 * that find it there panic (`applierV3backend.Apply` in their etcdserver/apply.go).
 */
async function askAuthEnabled(member: Member): Promise<boolean> {
  const nobody = { name: "", password: "" };
  const login = await settle(member.call((etcd, options) => etcd.auth.authenticate(nobody, options)));
  if (login.ok) return true;
  if (login.problem.kind === "auth-not-enabled") return false;
  if (isAboutUser(login.problem.kind)) return true;
  throw login.problem;
}
