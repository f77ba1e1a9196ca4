import { Annotations, TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import type { AwsCluster } from "../cluster/cluster";
import { defineCluster } from "../cluster/define";
import type { AwsDefinition, ClusterDefinition } from "../cluster/definition";
import { CLUSTER_OUTPUT, outputsOf, type ClusterOutputs } from "../cluster/outputs";
import { amiId } from "./aws/ami";
import { MemberInstance } from "./aws/member-instance";
import { networkOf } from "./aws/network";
import { SecurityGroup } from "./aws/security-group";
import { PostDeployCheck } from "./post-deploy-check";

interface DeployProps {
  /**
   * Whether `cdktf deploy` ends with a check of every endpoint. It fails the deploy when the cluster is reachable and
   * unhealthy, and only says so when the network does not let this machine reach it.
   *
   * It runs this package's CLI where Terraform runs: switch it off where that is not a machine with the project on it
   * (e.g. HCP Terraform).
   * @default true
   */
  readonly postDeployCheck?: boolean | undefined;
}

/** Props of {@link EtcdCluster}: the same shape as `cluster.yaml`, with AWS as the target. */
export interface EtcdClusterProps
  extends DeployProps, Pick<ClusterDefinition, "name" | "members" | "etcd" | "tls" | "learners"> {
  /** Region, instance type, network, client access, data volumes, tags. The region is that of the stack's `AwsProvider`. */
  readonly aws: AwsDefinition;
}

/** Instead of props: a cluster that was validated before, e.g. from a file. */
export interface ValidatedClusterProps extends DeployProps {
  readonly cluster: AwsCluster;
}

/**
 * An etcd cluster on EC2: one instance per member, spread over the subnets, each with a fixed private address, an
 * encrypted data volume and its own user data. The initial cluster is the same literal list in all of them.
 *
 * Needs an `AwsProvider` in its stack, and Terraform 1.5 or newer (or OpenTofu).
 *
 * What costs money, unless the props say otherwise: three m7g.large instances with 8 GiB of root volume and 20 GiB of data
 * volume each, and one NAT gateway with its address (none of the latter in an existing VPC). https://calculator.aws
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
      Annotations.of(this).addWarning(
        `clients and peers of ${cluster.name} talk plain HTTP: whoever reaches port 2379 reads and writes every key`,
      );
    }

    const network = networkOf(this, "network", cluster);
    const securityGroup = new SecurityGroup(this, "security_group", cluster, network.vpcId);
    this.vpcId = network.vpcId;
    this.securityGroupId = securityGroup.id;
    this.instances = this.addMembers({ network, securityGroup, amiId: amiId(this, cluster) });
    const instanceIds = Object.fromEntries(
      [...this.instances].map(([name, { instance }]) => [name, instance.id]),
    );

    if (props.postDeployCheck ?? true) {
      new PostDeployCheck(this, "verify", {
        outputs: this.outputs,
        triggers: instanceIds,
        dependsOn: [...this.instances.values()].map(({ attachment }) => attachment),
      });
    }
    new TerraformOutput(this, CLUSTER_OUTPUT, {
      value: this.outputs,
      description: "what cdktf-etcd verify reads",
    });
    new TerraformOutput(this, "instance_ids", { value: instanceIds, description: "instance of each member" });
  }

  private addMembers(shared: {
    network: ReturnType<typeof networkOf>;
    securityGroup: SecurityGroup;
    amiId: string;
  }): Map<string, MemberInstance> {
    // A scope of their own: a member may have the name of anything else in the cluster.
    const scope = new Construct(this, "members");
    const { cluster } = this;
    return new Map(
      cluster.members.map((member) => [
        member.name,
        new MemberInstance(scope, member.name, { cluster, member, ...shared }),
      ]),
    );
  }
}

function validated(props: EtcdClusterProps | ValidatedClusterProps): AwsCluster {
  if ("cluster" in props) return props.cluster;
  const { postDeployCheck: _, ...definition } = props;
  return defineCluster({ ...definition, target: "aws" });
}
