import type { DataAwsIamPolicyDocumentStatement } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { SecurityGroup as AwsSecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Construct } from "constructs";
import type { AwsCluster } from "../../cluster/cluster";
import type { Network } from "./network";
import { HTTPS_PORT, tcpRule, type SecurityGroup } from "./security-group";
import { tagsFor } from "./tags";

/**
 * What Session Manager's agent does on an instance. Not AWS's own policy AmazonSSMManagedInstanceCore, which also reads every
 * parameter of the account. None of the ssmmessages actions can be limited to a resource, and the agent registers before it has one.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsessionmanagermessagegatewayservice.html
 */
export const SESSION_MANAGER_STATEMENT: DataAwsIamPolicyDocumentStatement = {
  sid: "SessionManager",
  actions: [
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  resources: ["*"],
};

/**
 * No `ec2messages`: the agent has not needed it since 3.3.40.0, and regions of 2024 and later do not have it.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
 */
const SERVICES = ["ssm", "ssmmessages"] as const;

export interface SessionManagerEndpointsProps {
  readonly cluster: AwsCluster;
  readonly network: Network;
  readonly members: SecurityGroup;
}

/** The way to Session Manager for members that have no other way out. */
export class SessionManagerEndpoints extends Construct {
  constructor(scope: Construct, id: string, { cluster, network, members }: SessionManagerEndpointsProps) {
    super(scope, id);
    const { region } = cluster.aws;
    const name = `etcd-${cluster.name}-session-manager`;
    const group = new AwsSecurityGroup(this, "endpoints", {
      name,
      description: `endpoints of AWS Session Manager for the etcd cluster ${cluster.name}`,
      vpcId: network.vpcId,
      tags: tagsFor(cluster, name),
    });
    new VpcSecurityGroupIngressRule(this, "from_members", {
      ...tcpRule(
        cluster,
        "session_manager_from_members",
        HTTPS_PORT,
        "agents of AWS Session Manager on the members",
      ),
      securityGroupId: group.id,
      referencedSecurityGroupId: members.id,
    });
    members.allowOut("to_session_manager", HTTPS_PORT, "AWS Session Manager", {
      referencedSecurityGroupId: group.id,
    });
    for (const service of SERVICES) {
      new VpcEndpoint(this, service, {
        vpcId: network.vpcId,
        vpcEndpointType: "Interface",
        serviceName: `com.amazonaws.${region}.${service}`,
        subnetIds: oneSubnetPerZone(cluster, network),
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
        tags: tagsFor(cluster, `${cluster.name}-${service}`),
      });
    }
  }
}

/** An endpoint takes no second subnet of a zone. */
function oneSubnetPerZone({ aws }: AwsCluster, network: Network): string[] {
  const { subnets } = aws.network;
  return subnets
    .filter(
      ({ availabilityZone }, index) =>
        subnets.findIndex((other) => other.availabilityZone === availabilityZone) === index,
    )
    .map((subnet) => network.subnetId(subnet));
}
