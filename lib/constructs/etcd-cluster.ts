import { Annotations, TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import type { AwsCluster, Tls } from "../cluster/cluster";
import { defineCluster } from "../cluster/define";
import type { AwsDefinition, EtcdDefinition, MemberDefinition } from "../cluster/definition";
import { CLUSTER_OUTPUT, outputsOf, type ClusterOutputs } from "../cluster/outputs";
import { renderUserData } from "../rendering";
import { amiId } from "./aws/ami";
import { MemberInstance } from "./aws/member-instance";
import { MembersBehindCheck } from "./aws/members-behind-check";
import { Network } from "./aws/network";
import { SecurityGroup } from "./aws/security-group";
import { PostDeployCheck } from "./post-deploy-check";

/** Props of {@link EtcdCluster}: the same shape as `cluster.yaml`, with AWS as the target. */
export interface EtcdClusterProps {
  /** Name of the cluster, in AWS names and tags; lower-case letters, digits and hyphens, at most 32 characters. */
  readonly name: string;
  /** Region, instance type, network, client access, data volumes, tags. */
  readonly aws: AwsDefinition;
  /**
   * How many members (1, 3, 5 or 7), or each one by name and address.
   * @default 3
   */
  readonly members?: number | readonly MemberDefinition[];
  /**
   * Release, settings, token, mirror.
   * @default - the newest pinned release with the shipped settings
   */
  readonly etcd?: EtcdDefinition;
  /**
   * Mutual TLS with files that are on the instances already.
   * @default - plain HTTP, and a warning at synth
   */
  readonly tls?: Tls;
  /**
   * Names of learners that the check after the deploy accepts.
   * @default []
   */
  readonly learners?: readonly string[];
  /**
   * Whether `cdktf deploy` ends with a check of every endpoint. It fails the deploy when the cluster is reachable and
   * unhealthy, and only says so when the network does not let this machine reach it.
   * @default true
   */
  readonly postDeployCheck?: boolean;
}

/** Instead of props: a cluster that was validated before, e.g. from a file. */
export interface ValidatedClusterProps {
  readonly cluster: AwsCluster;
  /** As in {@link EtcdClusterProps}. */
  readonly postDeployCheck?: boolean;
}

/**
 * An etcd cluster on EC2: one instance per member, spread over the subnets, each with a fixed private address, an
 * encrypted data volume and its own user data. The initial cluster is the same literal list in all of them.
 *
 * Needs an `AwsProvider` in its stack. Roughly: three m7g.large, three 20 GiB gp3 volumes and one NAT gateway.
 *
 * @throws {DefinitionError} with everything that is wrong in the props
 */
export class EtcdCluster extends Construct {
  /** The validated definition with every address in it. */
  readonly cluster: AwsCluster;
  /** Client URLs, in the order of the members. */
  readonly endpoints: readonly string[];
  /** Id of the members' security group, for rules of your own. */
  readonly securityGroupId: string;
  /** Id of the VPC that the members live in. */
  readonly vpcId: string;
  /** The members' instances, by member name. */
  readonly instances: ReadonlyMap<string, MemberInstance>;
  /** What `cdktf-etcd verify` needs to know. */
  readonly outputs: ClusterOutputs;

  constructor(scope: Construct, id: string, props: EtcdClusterProps | ValidatedClusterProps) {
    super(scope, id);
    const cluster = validated(props);
    this.cluster = cluster;
    this.outputs = outputsOf(cluster);
    this.endpoints = cluster.members.map(({ clientUrl }) => clientUrl);
    if (cluster.tls === undefined) {
      Annotations.of(this).addWarning(`clients and peers of ${cluster.name} talk plain HTTP: whoever reaches port 2379 reads and writes every key`);
    }

    const network = new Network(this, "network", cluster);
    const securityGroup = new SecurityGroup(this, "security_group", cluster, network.vpcId);
    const ami = amiId(this, cluster);
    this.vpcId = network.vpcId;
    this.securityGroupId = securityGroup.id;
    const members = cluster.members.map((member) => {
      const userData = renderUserData(cluster, member);
      return { member, userData, machine: new MemberInstance(this, member.name, { cluster, member, network, securityGroup, amiId: ami, userData }) };
    });
    this.instances = new Map(members.map(({ member, machine }) => [member.name, machine]));
    new MembersBehindCheck(
      this,
      "members_behind",
      members.map(({ member, userData, machine }) => ({ name: member.name, userData, instance: machine.instance })),
    );

    if (props.postDeployCheck ?? true) {
      new PostDeployCheck(this, "verify", {
        outputs: this.outputs,
        triggers: Object.fromEntries(members.map(({ member, machine }) => [member.name, machine.instance.id])),
        dependsOn: members.map(({ machine }) => machine.attachment),
      });
    }
    this.addOutput(CLUSTER_OUTPUT, this.outputs, "what cdktf-etcd verify reads");
    this.addOutput("instance_ids", Object.fromEntries(members.map(({ member, machine }) => [member.name, machine.instance.id])), "instance of each member");
  }

  private addOutput(name: string, value: unknown, description: string): void {
    new TerraformOutput(this, name, { value, description }).overrideLogicalId(name);
  }
}

function validated(props: EtcdClusterProps | ValidatedClusterProps): AwsCluster {
  if ("cluster" in props) return props.cluster;
  const { postDeployCheck: _, ...definition } = props;
  return defineCluster({ ...definition, target: "aws" });
}
