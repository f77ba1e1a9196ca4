import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { NetworkInterface } from "@cdktf/provider-aws/lib/network-interface";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import { Construct } from "constructs";
import type { AwsCluster, AwsMember } from "../../cluster/cluster";
import { DATA_DEVICE } from "../../rendering";
import type { Network } from "./network";
import type { SecurityGroup } from "./security-group";
import { tagsFor } from "./tags";

export interface MemberInstanceProps {
  readonly cluster: AwsCluster;
  readonly member: AwsMember;
  readonly network: Network;
  readonly securityGroup: SecurityGroup;
  readonly amiId: string;
  readonly userData: string;
}

/**
 * One member: an interface with its address and a data volume, which are its identity, and an instance that can be
 * replaced without touching either.
 */
export class MemberInstance extends Construct {
  readonly instance: Instance;
  readonly attachment: VolumeAttachment;

  constructor(scope: Construct, id: string, props: MemberInstanceProps) {
    super(scope, id);
    const { cluster, member, network, securityGroup } = props;
    const { aws } = cluster;
    const name = `${cluster.name}-${member.name}`;
    const tags = { ...tagsFor(cluster, aws.tags, name), "etcd-member": member.name };

    const networkInterface = new NetworkInterface(this, "interface", {
      description: `etcd member ${member.name} of ${cluster.name}`,
      subnetId: network.subnetId(member.subnet),
      privateIps: [member.address],
      securityGroups: [securityGroup.id],
      tags,
    });

    const volume = new EbsVolume(this, "data", {
      // From the subnet, never from the instance: else a new instance would pull a new volume after it.
      // https://github.com/hashicorp/terraform/issues/3104
      availabilityZone: member.subnet.availabilityZone,
      type: "gp3",
      size: aws.dataVolume.sizeGiB,
      iops: aws.dataVolume.iops,
      throughput: aws.dataVolume.throughputMiBps,
      encrypted: true,
      ...(aws.dataVolume.kmsKeyId === undefined ? {} : { kmsKeyId: aws.dataVolume.kmsKeyId }),
      tags: { ...tags, Name: `${name}-data` },
      lifecycle: { preventDestroy: aws.dataVolume.preventDestroy },
    });

    this.instance = new Instance(this, "instance", {
      ami: props.amiId,
      instanceType: aws.instanceType,
      networkInterface: [{ deviceIndex: 0, networkInterfaceId: networkInterface.id }],
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        volumeType: "gp3",
        encrypted: true,
        ...(aws.dataVolume.kmsKeyId === undefined ? {} : { kmsKeyId: aws.dataVolume.kmsKeyId }),
      },
      ebsOptimized: true,
      userData: props.userData,
      userDataReplaceOnChange: false,
      tags,
      dependsOn: network.routes,
      // All members would change at once: whoever wants the new text replaces them one at a time.
      lifecycle: { ignoreChanges: ["ami", "user_data"] },
    });

    this.attachment = new VolumeAttachment(this, "data_attachment", {
      deviceName: DATA_DEVICE,
      volumeId: volume.id,
      instanceId: this.instance.id,
      stopInstanceBeforeDetaching: true,
    });
  }
}
