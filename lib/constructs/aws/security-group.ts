import { SecurityGroup as AwsSecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Construct } from "constructs";
import type { AwsCluster } from "../../cluster/cluster";
import { tagsFor } from "./tags";

const CLIENT_PORT = 2379;
const PEER_PORT = 2380;

/** Who may talk to the members: clients as the definition says, peers among themselves, nobody else. */
export class SecurityGroup extends Construct {
  readonly id: string;

  constructor(scope: Construct, id: string, cluster: AwsCluster, vpcId: string) {
    super(scope, id);
    const { clientAccess, tags } = cluster.aws;
    const group = new AwsSecurityGroup(this, "members", {
      name: `${cluster.name}-etcd`,
      description: `members of the etcd cluster ${cluster.name}`,
      vpcId,
      tags: tagsFor(cluster, tags, `${cluster.name}-etcd`),
    });
    this.id = group.id;

    const ingress = (ruleId: string, port: number, description: string, from: { cidrIpv4: string } | { referencedSecurityGroupId: string }) =>
      new VpcSecurityGroupIngressRule(this, ruleId, { securityGroupId: group.id, ipProtocol: "tcp", fromPort: port, toPort: port, description, ...from });
    clientAccess.cidrs.forEach((cidrIpv4, index) => ingress(`clients_${index}`, CLIENT_PORT, "etcd clients", { cidrIpv4 }));
    clientAccess.securityGroupIds.forEach((referencedSecurityGroupId, index) =>
      ingress(`client_groups_${index}`, CLIENT_PORT, "etcd clients", { referencedSecurityGroupId }),
    );
    // Without it a member's own etcdctl --endpoints of the whole cluster would work on one of three only.
    ingress("clients_members", CLIENT_PORT, "members as each other's clients", { referencedSecurityGroupId: group.id });
    ingress("peers", PEER_PORT, "etcd peers", { referencedSecurityGroupId: group.id });

    const egress = (ruleId: string, port: number, description: string, to: { cidrIpv4: string } | { referencedSecurityGroupId: string }) =>
      new VpcSecurityGroupEgressRule(this, ruleId, { securityGroupId: group.id, ipProtocol: "tcp", fromPort: port, toPort: port, description, ...to });
    egress("to_clients_members", CLIENT_PORT, "members as each other's clients", { referencedSecurityGroupId: group.id });
    egress("to_peers", PEER_PORT, "etcd peers", { referencedSecurityGroupId: group.id });
    // A release URL redirects to addresses that nobody can list; only its port is known.
    egress("to_downloads", portOf(cluster.etcd.downloadBaseUrl), "download of the etcd release", { cidrIpv4: "0.0.0.0/0" });
    this.addMetricsRule(cluster, ingress);
  }

  private addMetricsRule(
    cluster: AwsCluster,
    ingress: (ruleId: string, port: number, description: string, from: { cidrIpv4: string } | { referencedSecurityGroupId: string }) => unknown,
  ): void {
    const metricsUrl = cluster.members[0]?.metricsUrl;
    if (metricsUrl === undefined) return;
    const port = portOf(metricsUrl);
    const { cidrs, securityGroupIds } = cluster.aws.clientAccess;
    cidrs.forEach((cidrIpv4, index) => ingress(`metrics_${index}`, port, "etcd metrics", { cidrIpv4 }));
    securityGroupIds.forEach((referencedSecurityGroupId, index) =>
      ingress(`metrics_groups_${index}`, port, "etcd metrics", { referencedSecurityGroupId }),
    );
  }
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
