import { SecurityGroup as AwsSecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Token } from "cdktf";
import { Construct } from "constructs";
import type { AwsCluster } from "../../cluster/cluster";
import { CLIENT_PORT, PEER_PORT } from "../../cluster/members";
import type { Network } from "./network";
import { tagsFor } from "./tags";

export const HTTPS_PORT = 443;

/** The other end of a rule. */
type Other =
  | { readonly cidrIpv4: string }
  | { readonly referencedSecurityGroupId: string }
  | { readonly prefixListId: string };

/**
 * Who may talk to the members: clients as the definition says, peers among themselves, nobody else.
 *
 * Outwards, members need each other and S3; more only where the definition says so. Name resolution, time and instance metadata
 * need no rule, because security groups do not filter Amazon's own.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html#security-group-basics
 */
export class SecurityGroup extends Construct {
  readonly id: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly cluster: AwsCluster,
    network: Network,
  ) {
    super(scope, id);
    const name = `etcd-${cluster.name}`;
    const group = new AwsSecurityGroup(this, "members", {
      name,
      description: `members of the etcd cluster ${cluster.name}`,
      vpcId: network.vpcId,
      tags: tagsFor(cluster, name),
    });
    this.id = group.id;
    const members: Other = { referencedSecurityGroupId: group.id };

    this.allowClients("clients", CLIENT_PORT, "etcd clients");
    const metricsUrl = cluster.members[0]?.metricsUrl;
    if (metricsUrl !== undefined) this.allowClients("metrics", portOf(metricsUrl), "etcd metrics");
    // A member that comes back without its data asks the others on their client port what to do.
    this.allowIn("clients_members", CLIENT_PORT, "members as clients of each other", members);
    this.allowIn("peers", PEER_PORT, "etcd peers", members);

    this.allowOut("to_members", CLIENT_PORT, "members as clients of each other", members);
    this.allowOut("to_peers", PEER_PORT, "etcd peers", members);
    this.allowOut("to_s3", HTTPS_PORT, "the bucket of the cluster, in S3", {
      prefixListId: network.s3PrefixListId,
    });
    for (const [port, description] of portsToAnywhere(cluster))
      this.allowOut(`to_anywhere_${port}`, port, description, { cidrIpv4: "0.0.0.0/0" });
  }

  allowOut(id: string, port: number, description: string, to: Other): void {
    new VpcSecurityGroupEgressRule(this, id, { ...this.rule(id, port, description), ...to });
  }

  /** Ids say what a rule allows, not its place in a list: AWS refuses a rule that is moved before the old one is gone. */
  private allowClients(id: string, port: number, description: string): void {
    const { cidrs, securityGroupIds } = this.cluster.aws.clientAccess;
    for (const cidrIpv4 of cidrs) {
      this.allowIn(`${id}_${cidrIpv4.replace(/[./]/g, "-")}`, port, description, { cidrIpv4 });
    }
    for (const [index, referencedSecurityGroupId] of securityGroupIds.entries()) {
      // A group of the same app has no id yet.
      const source = Token.isUnresolved(referencedSecurityGroupId)
        ? `group_${index}`
        : referencedSecurityGroupId;
      this.allowIn(`${id}_${source}`, port, description, { referencedSecurityGroupId });
    }
  }

  private allowIn(id: string, port: number, description: string, from: Other): void {
    new VpcSecurityGroupIngressRule(this, id, { ...this.rule(id, port, description), ...from });
  }

  private rule(id: string, port: number, description: string) {
    return { ...tcpRule(this.cluster, id, port, description), securityGroupId: this.id };
  }
}

/** What all rules have in common. */
export function tcpRule(cluster: AwsCluster, id: string, port: number, description: string) {
  return {
    ipProtocol: "tcp",
    fromPort: port,
    toPort: port,
    description,
    tags: tagsFor(cluster, `${cluster.name}-${id}`),
  };
}

/** Ports on which members may reach addresses that nobody can list, each with what for. */
function portsToAnywhere({ aws, etcd }: AwsCluster): Map<number, string> {
  const { vpcId, internet } = aws.network;
  const reasons: [number, string][] = [];
  if (etcd.source === "download")
    reasons.push([portOf(etcd.downloadBaseUrl), "download of the etcd release"]);
  if (internet !== "none") reasons.push([HTTPS_PORT, "updates of the operating system, APIs of AWS"]);
  // Of an existing VPC we do not know whether it has endpoints for it or a way to the internet.
  if (aws.sessionManager && vpcId !== undefined) reasons.push([HTTPS_PORT, "AWS Session Manager"]);
  const byPort = new Map<number, string>();
  for (const [port, reason] of reasons) {
    const known = byPort.get(port);
    byPort.set(port, known === undefined ? reason : `${known}, ${reason}`);
  }
  return byPort;
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  if (port !== "") return Number(port);
  return protocol === "https:" ? HTTPS_PORT : 80;
}
