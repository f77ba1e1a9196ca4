import type { AwsInstance, AwsInterface, AwsState } from "../../aws/support/aws-state";
import { ACCOUNT_ID } from "../../aws/support/emulator";
import { dnsSuffix, partition, privateHostName } from "./aws-names";
import type { Tree } from "./metadata-tree";

/** The part of AWS that an instance is told of. */
export type Ec2State = Pick<
  AwsState,
  "instances" | "interfaces" | "subnets" | "vpcs" | "securityGroups" | "roles" | "instanceProfiles"
>;

/**
 * The categories of an instance, but for those of its role.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
 */
export function instanceMetadata(instance: AwsInstance, state: Ec2State): Tree {
  const region = regionOf(instance);
  const interfaces = instance.interfaceIds.map((id) => oneOf(state.interfaces, id, instance));
  const [primary] = interfaces;
  if (primary === undefined) throw new Error(`${instance.id} has no network interface`);
  const hostName = privateHostName(primary.privateIp, region);
  const root = instance.devices[0]?.name;
  const { publicIp, metadataOptions, placementGroup } = instance;
  return {
    "ami-id": instance.imageId,
    "ami-launch-index": "0",
    "ami-manifest-path": "(unknown)",
    // Volumes that are attached to a running instance come in only when it is stopped and started again.
    ...(root === undefined ? {} : { "block-device-mapping": { ami: root, root } }),
    hostname: hostName,
    "instance-action": "none",
    "instance-id": instance.id,
    "instance-life-cycle": "on-demand",
    "instance-type": instance.instanceType,
    "local-hostname": hostName,
    "local-ipv4": primary.privateIp,
    mac: primary.macAddress,
    network: {
      interfaces: {
        macs: Object.fromEntries(
          interfaces.map((one, index) => [one.macAddress, interfaceMetadata(one, index, region, state)]),
        ),
      },
    },
    placement: {
      "availability-zone": instance.availabilityZone,
      region,
      ...(placementGroup === null ? {} : { "group-name": placementGroup }),
    },
    profile: "default-hvm",
    ...(publicIp === null ? {} : { "public-ipv4": publicIp }),
    "security-groups": groupNames(primary, state),
    services: { domain: dnsSuffix(region), partition: partition(region) },
    ...(metadataOptions.instanceTags === "enabled" ? { tags: { instance: instance.tags } } : {}),
  };
}

function interfaceMetadata(one: AwsInterface, deviceNumber: number, region: string, state: Ec2State): Tree {
  const subnet = oneOf(state.subnets, one.subnetId, one);
  const vpc = oneOf(state.vpcs, subnet.vpcId, subnet);
  const { publicIp } = one;
  return {
    "device-number": String(deviceNumber),
    "interface-id": one.id,
    ...(publicIp === null
      ? {}
      : { "public-ipv4s": publicIp, "ipv4-associations": { [publicIp]: one.privateIp } }),
    "local-hostname": privateHostName(one.privateIp, region),
    "local-ipv4s": one.privateIp,
    mac: one.macAddress,
    "owner-id": ACCOUNT_ID,
    "security-group-ids": one.securityGroupIds.join("\n"),
    "security-groups": groupNames(one, state),
    "subnet-id": subnet.id,
    "subnet-ipv4-cidr-block": subnet.cidr,
    "vpc-id": vpc.id,
    "vpc-ipv4-cidr-block": vpc.cidr,
    "vpc-ipv4-cidr-blocks": vpc.cidr,
  };
}

function groupNames({ securityGroupIds, ...one }: AwsInterface, { securityGroups }: Ec2State): string {
  return securityGroupIds.map((id) => oneOf(securityGroups, id, one).name).join("\n");
}

/**
 * The document by which an instance proves what it is; without the signatures, which only AWS can make.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html
 */
export function instanceIdentity(instance: AwsInstance): string {
  const { id, imageId, architecture, availabilityZone, instanceType, privateIp, launchTime } = instance;
  const document = {
    accountId: ACCOUNT_ID,
    architecture,
    availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    imageId,
    instanceId: id,
    instanceType,
    kernelId: null,
    marketplaceProductCodes: null,
    pendingTime: launchTime,
    privateIp,
    ramdiskId: null,
    region: regionOf(instance),
    version: "2017-09-30",
  };
  return JSON.stringify(document, null, 2);
}

function regionOf({ availabilityZone }: AwsInstance): string {
  return availabilityZone.slice(0, -1);
}

function oneOf<Thing extends { readonly id: string }>(
  things: readonly Thing[],
  id: string,
  user: { readonly id: string },
): Thing {
  const found = things.find((thing) => thing.id === id);
  if (found === undefined) throw new Error(`the state has no ${id}, which ${user.id} uses`);
  return found;
}
