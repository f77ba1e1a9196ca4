import { SecurityGroup as AwsSecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Token } from "cdktf";
import { Construct } from "constructs";
import type { AwsCluster } from "../../cluster/cluster";
import { tagsFor } from "./tags";

const CLIENT_PORT = 2379;
const PEER_PORT = 2380;

/** The other end of a rule. */
type Other = { readonly cidrIpv4: string } | { readonly referencedSecurityGroupId: string };

/**
 * Who may talk to the members: clients as the definition says, peers among themselves, nobody else.
 *
 * Outwards, members need each other and the mirror of the etcd release. Name resolution, time and instance metadata need no
 * rule, because security groups do not filter Amazon's own.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html#security-group-basics
 */
export class SecurityGroup extends Construct {
  readonly id: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly cluster: AwsCluster,
    vpcId: string,
  ) {
    super(scope, id);
    const name = `etcd-${cluster.name}`;
    const group = new AwsSecurityGroup(this, "members", {
      name,
      description: `members of the etcd cluster ${cluster.name}`,
      vpcId,
      tags: tagsFor(cluster, name),
    });
    this.id = group.id;
    const members: Other = { referencedSecurityGroupId: group.id };

    this.allowClients("clients", CLIENT_PORT, "etcd clients");
    const metricsUrl = cluster.members[0]?.metricsUrl;
    if (metricsUrl !== undefined) this.allowClients("metrics", portOf(metricsUrl), "etcd metrics");
    // Without it `etcdctl --endpoints` of the whole cluster would fail on the members themselves.
    this.allowIn("clients_members", CLIENT_PORT, "members as clients of each other", members);
    this.allowIn("peers", PEER_PORT, "etcd peers", members);

    this.allowOut("to_members", CLIENT_PORT, "members as clients of each other", members);
    this.allowOut("to_peers", PEER_PORT, "etcd peers", members);
    // A release URL redirects to addresses that nobody can list; only its port is known.
    const mirrorPort = portOf(cluster.etcd.downloadBaseUrl);
    this.allowOut("to_downloads", mirrorPort, "download of the etcd release", { cidrIpv4: "0.0.0.0/0" });
  }

  /** Ids say what a rule allows, not its place in a list: AWS refuses a rule that is moved before the old one is gone. */
  private allowClients(id: string, port: number, description: string): void {
    const { cidrs, securityGroupIds } = this.cluster.aws.clientAccess;
    for (const cidrIpv4 of new Set(cidrs)) {
      this.allowIn(`${id}_${cidrIpv4.replace(/[./]/g, "-")}`, port, description, { cidrIpv4 });
    }
    for (const [index, referencedSecurityGroupId] of [...new Set(securityGroupIds)].entries()) {
      // A group of the same app has no id yet.
      const source = Token.isUnresolved(referencedSecurityGroupId)
        ? `group_${index}`
        : referencedSecurityGroupId;
      this.allowIn(`${id}_${source}`, port, description, { referencedSecurityGroupId });
    }
  }

  private allowIn(id: string, port: number, description: string, from: Other): void {
    new VpcSecurityGroupIngressRule(this, id, { ...this.tcpRule(id, port, description), ...from });
  }

  private allowOut(id: string, port: number, description: string, to: Other): void {
    new VpcSecurityGroupEgressRule(this, id, { ...this.tcpRule(id, port, description), ...to });
  }

  private tcpRule(id: string, port: number, description: string) {
    return {
      securityGroupId: this.id,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      description,
      tags: tagsFor(this.cluster, `${this.cluster.name}-${id}`),
    };
  }
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}
