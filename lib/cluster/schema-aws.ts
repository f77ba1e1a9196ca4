import * as z from "zod";
import { IMAGES, INTERNET, PLACEMENTS } from "./cluster";
import { DATA_VOLUME, GP3 } from "./data-volume";
import { DEFAULT_INSTANCE_TYPE } from "./instance-types";
import { schemaOf } from "./kind-schema";
import { existingBucketName, newBucketName, stateKey } from "./s3-kinds";
import { tagsSchema } from "./schema-tags";
import { boolean, integer, oneOf, size } from "./settings/kinds";
import { awsId, cidr, domainName, kmsKeyArn, orReference, textLike } from "./text-kinds";

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
  internet: schemaOf(oneOf(INTERNET), {
    description:
      "The way out of the new VPC: none, nat (one NAT gateway), or public (an internet gateway and an Elastic IP per member). Nobody gets in by it",
    default: "none",
  }).optional(),
  routeTableIds: z
    .array(
      schemaOf(awsId("rtb", "a route table id"), {
        description: "Route table of a subnet of the existing VPC",
      }),
    )
    .meta({
      description:
        "Existing VPC: the route tables that a gateway endpoint of S3 is added to. Default: the subnets have a way to S3 already",
      default: [],
    })
    .optional(),
});

const clientAccess = z.strictObject({
  cidrs: z
    .array(schemaOf(cidr, { description: "IPv4 range that may connect to the client port" }))
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
  openToEveryone: schemaOf(boolean(), {
    description: "Says that 0.0.0.0/0 among the cidrs is meant: everybody may try to connect",
    default: false,
  }).optional(),
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
  kmsKeyId: schemaOf(kmsKeyArn, {
    description: "ARN of the KMS key. Default: the account's default EBS key",
  }).optional(),
});

const bucket = z.strictObject({
  name: schemaOf(newBucketName, {
    description: "Name of the bucket. Default: etcd-<name>-<account>-<region>",
  }).optional(),
  kmsKeyId: schemaOf(kmsKeyArn, {
    description: "ARN of the KMS key that encrypts the bucket. Default: a key of the cluster's own",
  }).optional(),
});

const dns = z.strictObject({
  domain: schemaOf(domainName, {
    description: "Domain of the private zone; members become <member>.<domain>, also in their certificates",
  }),
  zoneId: schemaOf(
    orReference(textLike(/^Z[0-9A-Z]{8,31}$/, 'a hosted zone id like "Z0123456789ABCDEFGHIJ"')),
    {
      description: "Id of an existing private zone. Default: a new one for the members' VPC",
    },
  ).optional(),
});

const region = textLike(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'an AWS region like "eu-central-1"');

const state = z.strictObject({
  bucket: schemaOf(existingBucketName, {
    description: "Existing bucket for Terraform's state, best with versioning",
  }),
  key: schemaOf(stateKey, {
    description: "Where the state is in the bucket. Default: cdktf-etcd/<name>-aws.tfstate",
  }).optional(),
  region: schemaOf(region, { description: "Region of the bucket. Default: aws.region" }).optional(),
  kmsKeyId: schemaOf(kmsKeyArn, {
    description: "ARN of a KMS key for the state. Default: the bucket's own encryption",
  }).optional(),
});

const rootVolume = z.strictObject({
  size: schemaOf<number, string | number>(size({ min: 1 }), {
    description: "Size of each member's root volume, whole GiB, at least that of the AMI",
    default: "8GiB",
  }).optional(),
});

export const awsSchema = z
  .strictObject({
    region: schemaOf(region, { description: "AWS region" }),
    instanceType: schemaOf(
      textLike(/^[a-z0-9-]+\.[a-z0-9-]+$/, `an EC2 instance type like "${DEFAULT_INSTANCE_TYPE}"`),
      {
        description:
          "EC2 instance type of the Nitro System; its architecture chooses the AMI and the etcd tarball",
        default: DEFAULT_INSTANCE_TYPE,
      },
    ).optional(),
    memory: schemaOf<number, string | number>(size({ min: 1 }), {
      description:
        "Memory of the instance type, e.g. 8GiB; only needed where it is not known. Default: known for the m, c, r, t, x, z, i and d families",
    }).optional(),
    architecture: schemaOf(oneOf(["amd64", "arm64"]), {
      description:
        "CPU architecture of the instance type; only needed where it is not known. Default: known for the m, c, r, t, x, z, i and d families",
    }).optional(),
    image: schemaOf(oneOf(IMAGES), {
      description:
        "Operating system of the members: its newest AMI of the architecture; not together with amiId",
      default: "amazon-linux-2023",
    }).optional(),
    amiId: schemaOf(awsId("ami", "an AMI id"), {
      description:
        "AMI of the members, with cloud-init, systemd, python3 and curl. Default: the newest one of image",
    }).optional(),
    rootVolume: rootVolume.meta({ description: "Each member's root volume. Default: 8GiB gp3" }).optional(),
    network: network
      .meta({ description: "A new VPC, or an existing one given by its id. Default: a new VPC 10.40.0.0/16" })
      .optional(),
    clientAccess: clientAccess
      .meta({ description: "Who may connect to the client port 2379. Default: the new VPC" })
      .optional(),
    dataVolume: dataVolume
      .meta({ description: "Each member's data volume. Default: 20GiB gp3, 3000 IOPS, 125 MiB/s" })
      .optional(),
    bucket: bucket
      .meta({
        description:
          "The cluster's bucket: certificates, the etcd tarball, the members' status and backups. Default: one of its own",
      })
      .optional(),
    placement: schemaOf(oneOf(PLACEMENTS), {
      description: "spread puts the members on racks of their own, by an EC2 placement group",
      default: "spread",
    }).optional(),
    terminationProtection: schemaOf(boolean(), {
      description: "EC2's protection against termination by hand; Terraform lifts it where it acts itself",
      default: true,
    }).optional(),
    preventDestroy: schemaOf(boolean(), {
      description:
        "A plan that would destroy a data volume fails, and the bucket is not emptied. To destroy the cluster, deploy once with false",
      default: true,
    }).optional(),
    sessionManager: schemaOf(boolean(), {
      description:
        "Lets AWS Session Manager open shells and port forwardings on the members; a new VPC without a way out gets interface endpoints for it, which cost money",
      default: false,
    }).optional(),
    dns: dns.meta({ description: "Names for the members in a private zone. Default: none" }).optional(),
    state: state
      .meta({ description: "Terraform's state in S3, with a lock. Default: a file in the project's folder" })
      .optional(),
    tags: tagsSchema.optional(),
  })
  .meta({ description: "The cluster on AWS; needed for the target aws" });
