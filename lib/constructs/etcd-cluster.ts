import { Annotations, TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import type { AwsCluster } from "../cluster/cluster";
import { defineCluster } from "../cluster/define";
import type { AwsDefinition, ClusterDefinition } from "../cluster/definition";
import { CLUSTER_OUTPUT, outputsOf, type ClusterOutputs } from "../cluster/outputs";
import { DefinitionError } from "../errors";
import { pkiMistakes, pkiWarnings } from "../pki";
import { Account } from "./aws/account";
import { amiId } from "./aws/ami";
import { DnsRecords } from "./aws/dns-records";
import { ExistingNetwork } from "./aws/existing-network";
import { MemberInstance, type MemberInstanceProps } from "./aws/member-instance";
import { instancesOnly } from "./aws/member-role";
import type { Network } from "./aws/network";
import { NewNetwork } from "./aws/new-network";
import { placementGroup } from "./aws/placement";
import { programObjects } from "./aws/program-objects";
import { SecurityGroup } from "./aws/security-group";
import { SessionManagerEndpoints } from "./aws/session-manager";
import { Storage } from "./aws/storage";
import { tarballObject } from "./aws/tarball";
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
  /**
   * Region, instance type, network, client access, volumes, bucket, names, tags. The region is that of the stack's `AwsProvider`;
   * where the state is kept is the stack's own affair.
   */
  readonly aws: Omit<AwsDefinition, "state">;
}

/** Instead of props: a cluster that was validated before, e.g. from a file. */
export interface ValidatedClusterProps extends DeployProps {
  readonly cluster: AwsCluster;
}

/**
 * An etcd cluster on EC2: one instance per member, spread over the subnets, each with a fixed private address, an
 * encrypted data volume, a role and user data of its own. The initial cluster is the same literal list in all of them. Certificates,
 * keys and the etcd release reach the members through a private bucket.
 *
 * Needs an `AwsProvider` in its stack, and Terraform 1.5 or newer (or OpenTofu). With `tls` left out, it needs the certificates of
 * `cdktf-etcd pki init` in the folder that the app is started in.
 *
 * What costs money, unless the props say otherwise: three m7g.large instances with 8 GiB of root volume and 20 GiB of data
 * volume each, one KMS key, and what is stored in the bucket and asked of it. The new VPC and its S3 gateway endpoint cost nothing;
 * `network.internet: nat` adds a NAT gateway with its address, `public` an address per member, `sessionManager` in a VPC
 * without either two interface endpoints per zone. https://calculator.aws
 *
 * @throws {DefinitionError} with everything that is wrong in the props, or with every certificate that is missing, expired or open
 *   to other users of this machine
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
  /** The cluster's bucket. */
  readonly bucketName: string;
  /** The members' instances and roles, by member name. */
  readonly instances: ReadonlyMap<string, MemberInstance>;
  /** What `cdktf-etcd verify` needs to know. */
  readonly outputs: ClusterOutputs;

  constructor(scope: Construct, id: string, props: EtcdClusterProps | ValidatedClusterProps) {
    super(scope, id);
    const cluster = validated(props);
    this.cluster = cluster;
    this.endpoints = cluster.members.map(({ clientUrl }) => clientUrl);
    this.judgeTls();

    const account = new Account(this, "account");
    const storage = new Storage(this, "storage", cluster, account);
    const network = this.addNetwork(storage, account);
    const securityGroup = new SecurityGroup(this, "security_group", cluster, network);
    this.vpcId = network.vpcId;
    this.securityGroupId = securityGroup.id;
    this.bucketName = storage.bucketName;

    const tarball = tarballObject(this, cluster, storage);
    const placement = placementGroup(this, cluster);
    this.instances = this.addMembers({
      network,
      securityGroup,
      storage,
      trust: instancesOnly(this, "trust", account),
      amiId: amiId(this, cluster),
      placementGroupName: cluster.aws.placement === "spread" ? placement.name : undefined,
      fetched: [...programObjects(this, storage), ...(tarball === undefined ? [] : [tarball])],
    });
    const { dns, sessionManager, network: wanted, region } = cluster.aws;
    if (dns !== undefined) new DnsRecords(this, "dns", { cluster, dns, vpcId: network.vpcId });
    if (sessionManager && wanted.vpcId === undefined && wanted.internet === "none")
      new SessionManagerEndpoints(this, "session_manager", { cluster, network, members: securityGroup });

    this.outputs = outputsOf(cluster, {
      region,
      vpcId: network.vpcId,
      securityGroupId: securityGroup.id,
      bucket: storage.bucketName,
      members: new Map([...this.instances].map(([name, { outputs }]) => [name, outputs])),
    });
    if (props.postDeployCheck ?? true) this.addPostDeployCheck();
    new TerraformOutput(this, CLUSTER_OUTPUT, {
      value: this.outputs,
      description: "what the commands of cdktf-etcd read",
    });
  }

  /** @throws {DefinitionError} when the cluster could not run with the certificates that are here */
  private judgeTls(): void {
    const { cluster } = this;
    const mistakes = pkiMistakes(cluster);
    if (mistakes.length > 0) throw new DefinitionError(mistakes);
    for (const { message, remedy } of pkiWarnings(cluster))
      Annotations.of(this).addWarning(`${message}: ${remedy}`);
    if (cluster.tls === undefined) {
      Annotations.of(this).addWarning(
        `clients and peers of ${cluster.name} talk plain HTTP: whoever reaches port 2379 reads and writes every key`,
      );
    }
  }

  private addNetwork(storage: Storage, account: Account): Network {
    const { vpcId, cidr } = this.cluster.aws.network;
    if (vpcId !== undefined) return new ExistingNetwork(this, "network", this.cluster, vpcId);
    if (cidr === undefined) throw new TypeError("a new network has a CIDR");
    return new NewNetwork(this, "network", this.cluster, { storage, account, cidr });
  }

  private addMembers(
    shared: Omit<MemberInstanceProps, "cluster" | "member">,
  ): ReadonlyMap<string, MemberInstance> {
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

  private addPostDeployCheck(): void {
    const members = [...this.instances];
    new PostDeployCheck(this, "verify", {
      // Without the ids of AWS, which it has no use for: what it is given then stands in the plan.
      outputs: outputsOf(this.cluster),
      triggers: Object.fromEntries(members.map(([name, { instance }]) => [name, instance.id])),
      dependsOn: members.map(([, { attachment }]) => attachment),
    });
  }
}

function validated(props: EtcdClusterProps | ValidatedClusterProps): AwsCluster {
  if ("cluster" in props) return props.cluster;
  const { postDeployCheck: _, ...definition } = props;
  const cluster = defineCluster({ ...definition, target: "aws" });
  if (cluster.aws.state !== undefined) {
    throw new DefinitionError([
      {
        path: "aws.state",
        message: "is not for a construct: the state belongs to the whole stack",
        remedy: "give the stack a backend: new S3Backend(this, { bucket, key, region, encrypt: true })",
      },
    ]);
  }
  return cluster;
}
