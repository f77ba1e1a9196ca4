/**
 * What is in the emulated AWS. Instances that were terminated, and what every account has from the start, are left out; but for
 * the lists of addresses of AWS's own services.
 */
import { join } from "node:path";
import type { Emulator } from "./emulator";

export type Tags = Readonly<Record<string, string>>;

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly PolicyStatement[];
}

/** In IAM's own form: one value may stand for a list of one. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface AwsInstance {
  readonly id: string;
  readonly state: string;
  readonly imageId: string;
  readonly instanceType: string;
  /** `x86_64` or `arm64`. */
  readonly architecture: string;
  /** `2026-11-23T22:55:18Z` */
  readonly launchTime: string;
  readonly privateIp: string | null;
  readonly publicIp: string | null;
  readonly availabilityZone: string;
  readonly placementGroup: string | null;
  readonly subnetId: string | null;
  readonly keyName: string | null;
  readonly interfaceIds: readonly string[];
  readonly profileArn: string | null;
  readonly monitoring: string;
  readonly ebsOptimized: boolean;
  readonly metadataOptions: {
    readonly endpoint: string;
    readonly tokens: string;
    readonly hopLimit: number;
    readonly instanceTags: string;
  };
  readonly terminationProtection: boolean;
  readonly shutdownBehavior: string;
  /** Decoded, and uncompressed when it was gzip. */
  readonly userData: string | null;
  /** As it was sent. */
  readonly userDataBase64: string | null;
  readonly devices: readonly {
    readonly name: string;
    readonly volumeId: string;
    readonly deleteOnTermination: boolean;
  }[];
  readonly tags: Tags;
}

export interface AwsInterface {
  readonly id: string;
  readonly status: string;
  readonly description: string;
  readonly macAddress: string;
  readonly privateIp: string;
  readonly publicIp: string | null;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly instanceId: string | null;
  readonly securityGroupIds: readonly string[];
  readonly tags: Tags;
}

export interface AwsVolume {
  readonly id: string;
  readonly state: string;
  readonly sizeGiB: number;
  readonly type: string;
  readonly iops: number | null;
  readonly throughputMiBps: number | null;
  readonly encrypted: boolean;
  readonly kmsKeyId: string | null;
  readonly availabilityZone: string;
  readonly attachments: readonly { readonly instanceId: string; readonly device: string }[];
  readonly tags: Tags;
}

export interface AwsSecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly rules: readonly AwsSecurityGroupRule[];
  readonly tags: Tags;
}

/** One of `cidr`, `securityGroupId` and `prefixListId` is the other end. */
export interface AwsSecurityGroupRule {
  readonly id: string;
  readonly direction: "ingress" | "egress";
  /** `-1` is every protocol. */
  readonly protocol: string;
  readonly fromPort: number | null;
  readonly toPort: number | null;
  readonly description: string | null;
  readonly cidr: string | null;
  readonly securityGroupId: string | null;
  readonly prefixListId: string | null;
  readonly tags: Tags;
}

export interface AwsSubnet {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly availabilityZone: string;
  readonly mapPublicIpOnLaunch: boolean;
  readonly tags: Tags;
}

export interface AwsRouteTable {
  readonly id: string;
  readonly vpcId: string;
  /** Of all subnets that have no table of their own. */
  readonly isMain: boolean;
  readonly subnetIds: readonly string[];
  readonly routes: readonly { readonly destination: string; readonly target: string }[];
  readonly tags: Tags;
}

export interface AwsVpcEndpoint {
  readonly id: string;
  readonly type: "Gateway" | "Interface";
  readonly service: string;
  readonly vpcId: string;
  readonly routeTableIds: readonly string[];
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly policy: PolicyDocument | null;
  readonly tags: Tags;
}

/** Addresses of one of AWS's services. */
export interface AwsPrefixList {
  readonly id: string;
  /** `com.amazonaws.eu-central-1.s3` */
  readonly name: string;
  readonly cidrs: readonly string[];
}

export interface AwsBucket {
  readonly name: string;
  readonly versioning: "Enabled" | "Suspended" | null;
  /** `aws:kms` or `AES256`. */
  readonly encryption: string | null;
  readonly kmsKeyId: string | null;
  readonly bucketKey: boolean;
  /** All four settings. */
  readonly publicAccessBlocked: boolean;
  readonly objectOwnership: string | null;
  readonly policy: PolicyDocument | null;
  readonly lifecycleRules: readonly Readonly<Record<string, unknown>>[];
  readonly objects: readonly AwsObject[];
  readonly tags: Tags;
}

export interface AwsObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Of the content, in hexadecimal digits. */
  readonly sha256: string;
  readonly encryption: string | null;
  readonly kmsKeyId: string | null;
  readonly bucketKey: boolean;
  readonly versionId: string | null;
}

export interface AwsRole {
  readonly name: string;
  readonly path: string;
  readonly trustPolicy: PolicyDocument;
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  readonly attachedPolicyArns: readonly string[];
  readonly tags: Tags;
}

export interface AwsKmsKey {
  readonly id: string;
  readonly arn: string;
  readonly description: string;
  readonly rotation: boolean;
  readonly policy: PolicyDocument;
  readonly aliases: readonly string[];
}

export interface AwsHostedZone {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly vpcIds: readonly string[];
  /** Without the NS and SOA records of every zone. */
  readonly records: readonly {
    readonly name: string;
    readonly type: string;
    readonly ttlSeconds: number | null;
    readonly values: readonly string[];
  }[];
}

export interface AwsState {
  readonly instances: readonly AwsInstance[];
  readonly interfaces: readonly AwsInterface[];
  readonly volumes: readonly AwsVolume[];
  readonly securityGroups: readonly AwsSecurityGroup[];
  readonly vpcs: readonly { readonly id: string; readonly cidr: string; readonly tags: Tags }[];
  readonly subnets: readonly AwsSubnet[];
  readonly routeTables: readonly AwsRouteTable[];
  readonly vpcEndpoints: readonly AwsVpcEndpoint[];
  readonly prefixLists: readonly AwsPrefixList[];
  readonly internetGateways: readonly { readonly id: string; readonly vpcIds: readonly string[] }[];
  readonly natGateways: readonly { readonly id: string; readonly subnetId: string }[];
  readonly elasticIps: readonly { readonly id: string; readonly publicIp: string }[];
  readonly placementGroups: readonly {
    readonly name: string;
    readonly strategy: string;
    readonly tags: Tags;
  }[];
  readonly buckets: readonly AwsBucket[];
  readonly roles: readonly AwsRole[];
  readonly instanceProfiles: readonly {
    readonly id: string;
    readonly name: string;
    readonly arn: string;
    readonly roleNames: readonly string[];
  }[];
  /** Without those that wait for their deletion. */
  readonly kmsKeys: readonly AwsKmsKey[];
  readonly hostedZones: readonly AwsHostedZone[];
}

/** Reads it through the API, in one run of boto3. */
export async function readBack(emulator: Emulator): Promise<AwsState> {
  return (await emulator.runPython(join(__dirname, "read-back.py"), { region: emulator.region })) as AwsState;
}

/** The kinds of resources that are there, so that `{}` is an empty account. */
export function whatIsThere({ prefixLists: _always, ...kinds }: AwsState): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(kinds).filter(([, resources]) => resources.length > 0));
}
