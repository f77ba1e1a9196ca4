import type { EtcdSettings } from "./settings";

/**
 * Where a cluster's members run: `aws` on EC2 instances, `local` as processes on this machine.
 */
export const TARGETS = ["aws", "local"] as const;
export type Target = (typeof TARGETS)[number];

/** CPU architecture in etcd's own spelling (the one in the names of its release tarballs). */
export type Architecture = "amd64" | "arm64";

/** One member, with all that the other members and the clients need to know of it. */
export interface Member {
  /** 0-based place in the definition; fixes addresses and ports. */
  readonly index: number;
  /** `ETCD_NAME`; unique in the cluster. */
  readonly name: string;
  /** IPv4 address on which peers and clients reach this member. */
  readonly address: string;
  /** What the other members dial, e.g. `http://10.40.0.10:2380`. */
  readonly peerUrl: string;
  /** What clients dial, e.g. `http://10.40.0.10:2379`. */
  readonly clientUrl: string;
  /** Where this member serves `/metrics` and `/health` in the clear; absent when not wanted. */
  readonly metricsUrl: string | undefined;
}

/** A member on EC2: its identity outlives the instance that runs it. */
export interface AwsMember extends Member {
  readonly subnet: AwsSubnet;
}

/** Certificate, key and CA of one plane. `{member}` in a path stands for the member's name. */
export interface TlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Where members and operators find their certificates; nothing here holds a key itself. */
export interface Tls {
  /** Folder of the certificates that `cdktf-etcd pki` keeps; undefined when the definition names files of its own. */
  readonly pkiFolder: string | undefined;
  readonly client: TlsFiles;
  readonly peer: TlsFiles;
  /** What `verify` presents from the operator's machine. */
  readonly operator: TlsFiles;
}

/** Which etcd, and how it is told to run. */
export interface EtcdRequest {
  /** Exact release, e.g. `3.6.14`; undefined (local target only) takes whatever supported etcd is here. */
  readonly release: string | undefined;
  /** sha256 of the release tarball per architecture. */
  readonly sha256: Readonly<Partial<Record<Architecture, string>>>;
  /** The tarball is `<downloadBaseUrl>/v<release>/etcd-v<release>-linux-<architecture>.tar.gz`. */
  readonly downloadBaseUrl: string;
  readonly initialClusterToken: string;
  /** Only what the definition sets; the shipped defaults are added when a release is known. */
  readonly settings: Readonly<Partial<EtcdSettings>>;
}

/** Where a machine gets etcd: from the cluster's bucket, or from the download URL itself. */
export const ETCD_SOURCES = ["bucket", "download"] as const;
export type EtcdSource = (typeof ETCD_SOURCES)[number];

interface ClusterOf<M extends Member> {
  readonly name: string;
  readonly members: readonly M[];
  /** Names of members that were added by hand as learners and that `verify` accepts. */
  readonly learners: readonly string[];
  readonly etcd: EtcdRequest;
  readonly tls: Tls | undefined;
}

export interface LocalCluster extends ClusterOf<Member> {
  readonly target: "local";
  readonly local: {
    /** An etcd binary to use instead of looking for one. */
    readonly etcdPath: string | undefined;
  };
}

export interface AwsCluster extends ClusterOf<AwsMember> {
  readonly target: "aws";
  readonly etcd: EtcdRequest & { readonly release: string; readonly source: EtcdSource };
  readonly aws: Aws;
}

/** A validated cluster: every address, name and setting in it is known to fit together. */
export type Cluster = LocalCluster | AwsCluster;

export interface AwsSubnet {
  /** Set when the subnet exists already. */
  readonly id: string | undefined;
  readonly cidr: string;
  readonly availabilityZone: string;
}

/** Operating systems whose newest AMI can be looked up. */
export const IMAGES = [
  "amazon-linux-2023",
  "debian-12",
  "debian-13",
  "ubuntu-22.04",
  "ubuntu-24.04",
] as const;
export type Image = (typeof IMAGES)[number];

/** The way out of a new VPC: none at all, one NAT gateway, or an internet gateway and a public address per member. */
export const INTERNET = ["none", "nat", "public"] as const;
export type Internet = (typeof INTERNET)[number];

export const PLACEMENTS = ["spread", "none"] as const;
export type Placement = (typeof PLACEMENTS)[number];

export interface Aws {
  readonly region: string;
  readonly instanceType: string;
  readonly architecture: Architecture;
  /** The operating system whose newest AMI is looked up, unless there is an {@link amiId}. */
  readonly image: Image;
  readonly amiId: string | undefined;
  readonly rootVolume: { readonly sizeGiB: number };
  readonly network: {
    /** Set when the VPC exists already. */
    readonly vpcId: string | undefined;
    /** Of the VPC to create; undefined with an existing one. */
    readonly cidr: string | undefined;
    readonly subnets: readonly AwsSubnet[];
    readonly internet: Internet;
    /** Of an existing VPC, to which the S3 gateway endpoint is added; empty: there is a way to S3 already. */
    readonly routeTableIds: readonly string[];
  };
  readonly clientAccess: {
    readonly cidrs: readonly string[];
    readonly securityGroupIds: readonly string[];
  };
  readonly dataVolume: {
    readonly sizeGiB: number;
    readonly iops: number;
    readonly throughputMiBps: number;
    /** Undefined uses the account's default EBS key. */
    readonly kmsKeyId: string | undefined;
  };
  readonly bucket: {
    /** Undefined takes one that is the cluster's alone. */
    readonly name: string | undefined;
    /** Undefined makes a key of the cluster's own. */
    readonly kmsKeyId: string | undefined;
  };
  readonly placement: Placement;
  readonly terminationProtection: boolean;
  /** Of what holds data: the data volumes and the bucket. */
  readonly preventDestroy: boolean;
  /** Whether AWS Session Manager may open shells on the members. */
  readonly sessionManager: boolean;
  readonly dns: AwsDns | undefined;
  /** Undefined keeps Terraform's state in the project's folder. */
  readonly state: AwsState | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** A private zone with an address record per member and the service records that etcd's clients look up. */
export interface AwsDns {
  readonly domain: string;
  /** Set when the zone exists already. */
  readonly zoneId: string | undefined;
}

/** Where Terraform keeps the state of the stack, and the lock on it. */
export interface AwsState {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
  readonly kmsKeyId: string | undefined;
}

/** Members that must agree for a write to be accepted: more than half. */
export function quorum(memberCount: number): number {
  return Math.floor(memberCount / 2) + 1;
}

/** Members that may fail while writes go on. */
export function failureTolerance(memberCount: number): number {
  return memberCount - quorum(memberCount);
}

/** `ETCD_INITIAL_CLUSTER`: the same literal list on every member. */
export function initialCluster(members: readonly Pick<Member, "name" | "peerUrl">[]): string {
  return members.map((member) => `${member.name}=${member.peerUrl}`).join(",");
}

/** `path` with `{member}` replaced by the member's name. */
export function tlsFilesOf(files: TlsFiles, memberName: string): TlsFiles {
  const fill = (path: string): string => path.replaceAll("{member}", memberName);
  return { caFile: fill(files.caFile), certFile: fill(files.certFile), keyFile: fill(files.keyFile) };
}
