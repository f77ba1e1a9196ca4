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

/** Files that are already on each member's machine; nothing here holds a key itself. */
export interface Tls {
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
  readonly etcd: EtcdRequest & { readonly release: string };
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

export interface Aws {
  readonly region: string;
  readonly instanceType: string;
  readonly architecture: Architecture;
  /** Undefined looks Amazon Linux 2023 up through its public SSM parameter. */
  readonly amiId: string | undefined;
  readonly network: {
    /** Set when the VPC exists already. */
    readonly vpcId: string | undefined;
    /** Of the VPC to create; undefined with an existing one. */
    readonly cidr: string | undefined;
    readonly subnets: readonly AwsSubnet[];
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
    readonly preventDestroy: boolean;
  };
  readonly tags: Readonly<Record<string, string>>;
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
