import type { Fault, Made } from "../fault";
import type { Ground } from "../ground";

const root = { name: "root", password: "root-password" };
const asRoot = [`--user=${root.name}:${root.password}`];

/** As etcd's documentation has it: https://etcd.io/docs/v3.5/op-guide/authentication/rbac/ */
async function enabled(ground: Ground, made: (ground: Ground) => Omit<Made, "undo">): Promise<Made> {
  const { cluster } = ground;
  await cluster.etcdctl(["user", "add", `${root.name}:${root.password}`]);
  await cluster.etcdctl(["user", "grant-role", root.name, "root"]);
  await cluster.etcdctl(["user", "add", "reader:reader-password"]);
  await cluster.etcdctl(["auth", "enable"]);
  return {
    ...made(ground),
    // What is known against the releases of the tests once authentication is enabled.
    maySay: [{ check: "authentication", outcome: "warned", reason: /^etcd 3\..*(?:CVE|GHSA|depart)/ }],
    undo: async () => {
      await cluster.etcdctl(["auth", "disable", ...asRoot]);
      await cluster.etcdctl(["user", "delete", "reader"]);
      await cluster.etcdctl(["user", "delete", "root"]);
    },
  };
}

export const authenticationFaults: readonly Fault[] = [
  {
    // With a client certificate, its common name is the user: not allowed to do anything, which is another fault.
    title: "authentication is enabled and no user is given",
    transport: "plain text",
    make: (ground) =>
      enabled(ground, () => ({
        says: [{ check: "authentication", reason: /authentication is enabled and no user was given/ }],
      })),
  },
  {
    title: "authentication is enabled and the certificate's common name is no user",
    transport: "mTLS",
    make: (ground) =>
      enabled(ground, () => ({
        says: [{ check: "authentication", reason: /user/ }],
      })),
  },
  {
    title: "authentication is enabled and the password given is wrong",
    make: (ground) =>
      enabled(ground, () => ({
        ask: { user: { name: "root", password: "wrong" } },
        says: [{ check: "authentication", reason: /password/ }],
      })),
  },
  {
    title: "the user given may not write what verify writes",
    make: (ground) =>
      enabled(ground, () => ({
        ask: { user: { name: "reader", password: "reader-password" } },
        says: [{ check: "authentication", reason: /\/cdktf-etcd\/verify\// }],
      })),
  },
];
