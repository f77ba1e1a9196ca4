import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { NetworkInterface } from "@cdktf/provider-aws/lib/network-interface";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import { Construct } from "constructs";
import type { AwsCluster, AwsMember } from "../../cluster/cluster";
import { DATA_DEVICE, renderUserData } from "../../rendering";
import { MemberBehindCheck } from "./member-behind-check";
import type { Network } from "./network";
import type { SecurityGroup } from "./security-group";
import { tagsFor } from "./tags";

export interface MemberInstanceProps {
  readonly cluster: AwsCluster;
  readonly member: AwsMember;
  readonly network: Network;
  readonly securityGroup: SecurityGroup;
  readonly amiId: string;
}

/**
 * One member: an interface with its address and a data volume, which are its identity, and an instance that can be
 * replaced without touching either.
 */
export class MemberInstance extends Construct {
  readonly instance: Instance;
  /** The last thing that a member needs to start. */
  readonly attachment: VolumeAttachment;

  constructor(scope: Construct, id: string, props: MemberInstanceProps) {
    super(scope, id);
    const { cluster, member, network, securityGroup } = props;
    const { aws } = cluster;
    const named = (name: string) => ({ ...tagsFor(cluster, name), "etcd-member": member.name });
    const name = `${cluster.name}-${member.name}`;
    const encryption = {
      encrypted: true,
      ...(aws.dataVolume.kmsKeyId === undefined ? {} : { kmsKeyId: aws.dataVolume.kmsKeyId }),
    };

    const networkInterface = new NetworkInterface(this, "interface", {
      description: `etcd member ${member.name} of ${cluster.name}`,
      subnetId: network.subnetId(member.subnet),
      privateIps: [member.address],
      securityGroups: [securityGroup.id],
      tags: named(name),
    });

    const volume = new EbsVolume(this, "data", {
      // From the subnet, never from the instance: else a new instance would pull a new volume after it.
      // https://github.com/hashicorp/terraform/issues/3104
      availabilityZone: member.subnet.availabilityZone,
      type: "gp3",
      size: aws.dataVolume.sizeGiB,
      iops: aws.dataVolume.iops,
      throughput: aws.dataVolume.throughputMiBps,
      ...encryption,
      tags: named(`${name}-data`),
      lifecycle: { preventDestroy: aws.dataVolume.preventDestroy },
    });

    const userData = renderUserData(cluster, member);
    this.instance = new Instance(this, "instance", {
      ami: props.amiId,
      instanceType: aws.instanceType,
      networkInterface: [{ deviceIndex: 0, networkInterfaceId: networkInterface.id }],
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { volumeType: "gp3", ...encryption, tags: named(`${name}-root`) },
      ebsOptimized: true,
      userData,
      userDataReplaceOnChange: false,
      tags: named(name),
      dependsOn: network.wayOut(member.subnet),
      // All members would change at once: whoever wants the new text replaces them one at a time.
      lifecycle: { ignoreChanges: ["ami", "user_data"] },
    });
    new MemberBehindCheck(this, "is_current", { memberName: member.name, instance: this.instance, userData });

    this.attachment = new VolumeAttachment(this, "data_attachment", {
      deviceName: DATA_DEVICE,
      volumeId: volume.id,
      instanceId: this.instance.id,
      // etcd ends in order and the file system is clean before the volume goes to the next instance.
      stopInstanceBeforeDetaching: true,
    });
  }
}
