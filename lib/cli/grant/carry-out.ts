import type { Member } from "../../client";
import type { Permission } from "./access";
import { toEtcd } from "./etcd-permission";
import type { Step } from "./plan";

/**
 * Makes the requests of one step, each once and by itself: every change of users and roles ends the token of whoever makes it.
 *
 * @param name of the user, and of the role
 * @throws EndpointProblem
 */
export async function carryOut(member: Member, name: string, step: Step): Promise<void> {
  if (!step.isNeeded) return;
  switch (step.kind) {
    case "role":
      await member.call(({ auth }, options) => auth.roleAdd({ name }, options));
      return;
    case "user": {
      const { password } = step;
      const how = password === undefined ? { options: { no_password: true } } : { password };
      await member.call(({ auth }, options) => auth.userAdd({ name, ...how }, options));
      return;
    }
    case "user-role":
      await member.call(({ auth }, options) => auth.userGrantRole({ user: name, role: name }, options));
      return;
    case "permission":
      // A grant on the same keys changes only the first that it finds: `RoleGrantPermission` in etcd's auth/store.go.
      if (step.isNarrower) await removePermission(member, name, step.becomes);
      if (step.becomes.canRead || step.becomes.canWrite) {
        const perm = toEtcd(step.becomes);
        await member.call(({ auth }, options) => auth.roleGrantPermission({ name, perm }, options));
      }
  }
}

async function removePermission(member: Member, role: string, { key, range_end }: Permission): Promise<void> {
  const range = { key, ...(range_end === undefined ? {} : { range_end }) };
  await member.call(({ auth }, options) => auth.roleRevokePermission({ role, ...range }, options));
}
