import { isIP } from "node:net";
import type { Cluster } from "../cluster/cluster";

/**
 * What a member is reached by, on any of the targets: IP addresses first, then DNS names.
 *
 * @param clusters the same definition, once for each target that its certificates are to serve
 */
export function subjectNames(clusters: readonly Cluster[], memberName: string): string[] {
  const names = clusters.flatMap((cluster) => {
    const domain = cluster.target === "aws" ? cluster.aws.dns?.domain : undefined;
    return [
      ...cluster.members.filter(({ name }) => name === memberName).map(({ address }) => address),
      // etcd's own HTTP gateway and whoever is logged in on the machine.
      ...["127.0.0.1", "localhost", memberName],
      // The domain by itself is what etcd asks for in SRV discovery.
      ...(domain === undefined ? [] : [`${memberName}.${domain}`, domain]),
    ];
  });
  return [...new Set(names)]
    .filter((name) => isIP(name) !== 0 || isDnsName(name))
    .toSorted((a, b) => Math.sign(isIP(b)) - Math.sign(isIP(a)));
}

/**
 * A member's name need not be one of DNS, and Go refuses a certificate as a whole for one malformed name in it
 * (https://github.com/golang/go/issues/75715); nobody can dial such a name anyway.
 */
function isDnsName(name: string): boolean {
  return (
    name.length <= 253 &&
    name.split(".").every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label))
  );
}
