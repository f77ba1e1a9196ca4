import * as z from "zod";
import { DATA_VOLUME, GP3 } from "./data-volume";
import { DEFAULT_INSTANCE_TYPE } from "./instance-types";
import { schemaOf } from "./kind-schema";
import { tagsSchema } from "./schema-tags";
import { boolean, integer, oneOf, size } from "./settings/kinds";
import { awsId, cidr, clientCidr, orReference, textLike } from "./text-kinds";

const subnet = z.strictObject({
  id: schemaOf(awsId("subnet", "a subnet id"), {
    description: "Id of an existing subnet; only with network.vpcId",
  }).optional(),
  cidr: schemaOf(cidr, { description: "IPv4 range of the subnet, /16 to /28" }),
  availabilityZone: schemaOf(
    textLike(/^[a-z]{2,4}(-[a-z]+)+-\d[a-z]$/, 'an availability zone like "eu-central-1a"'),
    {
      description: "Availability zone of the subnet, one of aws.region",
    },
  ),
});

const network = z.strictObject({
  vpcId: schemaOf(awsId("vpc", "a VPC id"), {
    description: "An existing VPC; needs subnets with their ids, and clientAccess. Default: a new VPC",
  }).optional(),
  cidr: schemaOf(cidr, {
    description: "IPv4 range of the new VPC, /16 to /24",
    default: "10.40.0.0/16",
  }).optional(),
  subnets: z
    .array(subnet)
    .min(1, "must have at least one item, got a list of 0")
    .meta({
      description:
        "Subnets; members take them in turn. Default: one /24 (in a small VPC: /28) in each of the zones a, b and c of the new VPC",
    })
    .optional(),
});

const clientAccess = z.strictObject({
  cidrs: z
    .array(schemaOf(clientCidr, { description: "IPv4 range that may connect to the client port" }))
    .meta({
      description:
        "IPv4 ranges that may connect to the client port. Default: the new VPC, unless securityGroupIds is given",
    })
    .optional(),
  securityGroupIds: z
    .array(
      schemaOf(awsId("sg", "a security group id"), {
        description: "Security group that may connect to the client port",
      }),
    )
    .meta({ description: "Security groups that may connect to the client port", default: [] })
    .optional(),
});

const dataVolume = z.strictObject({
  size: schemaOf<number, string | number>(size({ min: 1 }), {
    description: "Size of each member's data volume, whole GiB",
    default: "20GiB",
  }).optional(),
  iops: schemaOf(integer({ min: DATA_VOLUME.iops, max: GP3.maxIops }), {
    description: "gp3 IOPS, at most 500 per GiB",
    default: DATA_VOLUME.iops,
  }).optional(),
  throughputMiBps: schemaOf(integer({ min: DATA_VOLUME.throughputMiBps, max: GP3.maxThroughputMiBps }), {
    description: "gp3 throughput in MiB/s, at most a quarter of the IOPS",
    default: DATA_VOLUME.throughputMiBps,
  }).optional(),
  kmsKeyId: schemaOf(
    orReference(
      textLike(
        /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
        "the ARN of a KMS key",
        "like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab; EBS answers with the key's ARN, and Terraform would replace a volume that was given an alias",
      ),
    ),
    { description: "ARN of the KMS key. Default: the account's default EBS key" },
  ).optional(),
  preventDestroy: schemaOf(boolean(), {
    description: "Terraform's prevent_destroy: a plan that would destroy a data volume fails",
    default: true,
  }).optional(),
});

export const awsSchema = z
  .strictObject({
    region: schemaOf(textLike(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'an AWS region like "eu-central-1"'), {
      description: "AWS region",
    }),
    instanceType: schemaOf(
      textLike(/^[a-z0-9-]+\.[a-z0-9-]+$/, `an EC2 instance type like "${DEFAULT_INSTANCE_TYPE}"`),
      {
        description: "EC2 instance type; its architecture chooses the AMI and the etcd tarball",
        default: DEFAULT_INSTANCE_TYPE,
      },
    ).optional(),
    memory: schemaOf<number, string | number>(size({ min: 1 }), {
      description: "Memory of the instance type, e.g. 8GiB. Default: known for the m, c, r and t families",
    }).optional(),
    architecture: schemaOf(oneOf(["amd64", "arm64"]), {
      description: "CPU architecture of the instance type. Default: known for the m, c, r and t families",
    }).optional(),
    amiId: schemaOf(awsId("ami", "an AMI id"), {
      description: "AMI of the members. Default: the newest Amazon Linux 2023 of the architecture",
    }).optional(),
    network: network
      .meta({ description: "A new VPC, or an existing one given by its id. Default: a new VPC 10.40.0.0/16" })
      .optional(),
    clientAccess: clientAccess
      .meta({ description: "Who may connect to the client port 2379. Default: the new VPC" })
      .optional(),
    dataVolume: dataVolume
      .meta({ description: "Each member's data volume. Default: 20GiB gp3, 3000 IOPS, 125 MiB/s" })
      .optional(),
    tags: tagsSchema.optional(),
  })
  .meta({ description: "The cluster on AWS; needed for the target aws" });
