import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Eip } from "@cdktf/provider-aws/lib/eip";
import type { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { NetworkInterface } from "@cdktf/provider-aws/lib/network-interface";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { AwsCluster, AwsMember } from "../../cluster/cluster";
import type { MemberOutput } from "../../cluster/outputs";
import { DATA_DEVICE, renderUserData } from "../../rendering";
import { LEFT_ALONE, MemberBehindCheck } from "./member-behind-check";
import { memberObjects } from "./member-objects";
import { memberRole } from "./member-role";
import type { Network } from "./network";
import type { SecurityGroup } from "./security-group";
import type { Storage } from "./storage";
import { memberTags } from "./tags";

export interface MemberInstanceProps {
  readonly cluster: AwsCluster;
  readonly member: AwsMember;
  readonly network: Network;
  readonly securityGroup: SecurityGroup;
  readonly storage: Storage;
  /** Who may have the member's role. */
  readonly trust: DataAwsIamPolicyDocument;
  readonly amiId: string;
  /** Name of the spread placement group; undefined leaves the place to EC2. */
  readonly placementGroupName: string | undefined;
  /** What else the machine fetches when it starts. */
  readonly fetched: readonly ITerraformDependable[];
}

/**
 * One member: an interface with its address and a data volume, which are its identity, and an instance that can be
 * replaced without touching either.
 */
export class MemberInstance extends Construct {
  readonly instance: Instance;
  /** What the instance may do in AWS; policies of your own can be added. */
  readonly role: IamRole;
  /** The last thing that a member needs to start. */
  readonly attachment: VolumeAttachment;
  /** Ids for the stack's outputs. */
  readonly outputs: NonNullable<MemberOutput["aws"]>;

  constructor(scope: Construct, id: string, props: MemberInstanceProps) {
    super(scope, id);
    const { cluster, member, network, storage, placementGroupName } = props;
    const { aws } = cluster;
    const name = `${cluster.name}-${member.name}`;
    const named = (suffix = "") => memberTags(cluster, member, `${name}${suffix}`);
    const encryption = {
      encrypted: true,
      ...(aws.dataVolume.kmsKeyId === undefined ? {} : { kmsKeyId: aws.dataVolume.kmsKeyId }),
    };

    const proof = network.proof(member.subnet);
    const networkInterface = new NetworkInterface(this, "interface", {
      description: `etcd member ${member.name} of ${cluster.name}`,
      subnetId: network.subnetId(member.subnet),
      privateIps: [member.address],
      securityGroups: [props.securityGroup.id],
      tags: named(),
      ...(proof.length === 0 ? {} : { dependsOn: proof }),
    });
    const wayOut = [...network.wayOut(member.subnet), ...this.publicAddress(props, networkInterface)];

    const volume = new EbsVolume(this, "data", {
      // From the subnet, never from the instance: else a new instance would pull a new volume after it.
      // https://github.com/hashicorp/terraform/issues/3104
      availabilityZone: member.subnet.availabilityZone,
      type: "gp3",
      size: aws.dataVolume.sizeGiB,
      iops: aws.dataVolume.iops,
      throughput: aws.dataVolume.throughputMiBps,
      ...encryption,
      tags: named("-data"),
      lifecycle: { preventDestroy: aws.preventDestroy },
    });

    const { role, instanceProfile, policy } = memberRole(this, cluster, member, props);
    this.role = role;
    const objects = memberObjects(this, cluster, member, { storage, dataVolumeId: volume.id });

    const userData = renderUserData(cluster, member);
    this.instance = new Instance(this, "instance", {
      ami: props.amiId,
      instanceType: aws.instanceType,
      networkInterface: [{ deviceIndex: 0, networkInterfaceId: networkInterface.id }],
      iamInstanceProfile: instanceProfile,
      ...(placementGroupName === undefined ? {} : { placementGroup: placementGroupName }),
      disableApiTermination: aws.terminationProtection,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        volumeType: "gp3",
        volumeSize: aws.rootVolume.sizeGiB,
        ...encryption,
        tags: named("-root"),
      },
      ebsOptimized: true,
      userData,
      userDataReplaceOnChange: false,
      tags: named(),
      dependsOn: [...wayOut, policy, ...objects, ...props.fetched],
      lifecycle: { ignoreChanges: LEFT_ALONE },
    });
    new MemberBehindCheck(this, "is_current", {
      cluster,
      memberName: member.name,
      instance: this.instance,
      userData,
      placementGroupName,
    });

    this.attachment = new VolumeAttachment(this, "data_attachment", {
      deviceName: DATA_DEVICE,
      volumeId: volume.id,
      instanceId: this.instance.id,
      // etcd ends in order and the file system is clean before the volume goes to the next instance.
      stopInstanceBeforeDetaching: true,
    });
    this.outputs = {
      instanceId: this.instance.id,
      networkInterfaceId: networkInterface.id,
      dataVolumeId: volume.id,
      availabilityZone: member.subnet.availabilityZone,
    };
  }

  /** Of the interface, so that it too outlives the instance. */
  private publicAddress(
    { cluster, member, network }: MemberInstanceProps,
    networkInterface: NetworkInterface,
  ): ITerraformDependable[] {
    if (cluster.aws.network.internet !== "public") return [];
    const address = new Eip(this, "public_address", {
      domain: "vpc",
      networkInterface: networkInterface.id,
      associateWithPrivateIp: member.address,
      tags: memberTags(cluster, member, `${cluster.name}-${member.name}`),
      dependsOn: network.wayOut(member.subnet),
    });
    return [address];
  }
}
