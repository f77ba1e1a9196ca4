import type { Architecture, Target, Tls } from "./cluster";
import type { SettingsInput } from "./settings";

/** What a person writes: the shape of `cluster.yaml`, and of the props of `EtcdCluster`. */
export interface ClusterDefinition {
  /**
   * Name of the cluster: in AWS names and tags, in folder names, in the default initial cluster token.
   * Lower-case letters, digits and hyphens, at most 32 characters.
   */
  readonly name: string;

  /**
   * Where the members run.
   * @default - `aws` for `cdktf`, `local` for the `cdktf-etcd` commands; the environment variable `TARGET` and the
   * option `--target` win over the file
   */
  readonly target?: Target | undefined;

  /**
   * How many members (1, 3, 5 or 7), or each one by name. More members survive more failures and make each write slower.
   * @default 3
   */
  readonly members?: number | readonly MemberDefinition[] | undefined;

  /**
   * Names of learners that somebody adds by hand (`etcdctl member add --learner`) and that `verify` is to accept.
   * @default []
   */
  readonly learners?: readonly string[] | undefined;

  /** @default - the newest pinned release with the shipped settings */
  readonly etcd?: EtcdDefinition | undefined;

  /**
   * Mutual TLS with files that are already on the machines; `{member}` in a path stands for the member's name.
   * @default - plain HTTP
   */
  readonly tls?: Tls | undefined;

  /** @default - loopback, client ports from 2379, peer ports from 2380 */
  readonly local?: LocalDefinition | undefined;

  /** Needed for the target `aws`. */
  readonly aws?: AwsDefinition | undefined;
}

export interface MemberDefinition {
  /** `ETCD_NAME`: letters, digits, `.`, `_` and `-`, at most 63 characters. */
  readonly name: string;
  /**
   * Private IPv4 address on AWS, inside the member's subnet.
   * @default - the subnet's 11th address (`.10` of a /24), counted up for further members of the same subnet
   */
  readonly address?: string | undefined;
}

export interface EtcdDefinition {
  /**
   * Exact etcd release, e.g. `3.6.14`.
   * @default - aws: the newest release with a pinned sha256; local: any supported etcd that is at hand
   */
  readonly release?: string | undefined;
  /**
   * sha256 of the release tarball, per architecture.
   * @default - the pinned sums that come with this package
   */
  readonly sha256?: Partial<Record<Architecture, string | undefined>> | undefined;
  /**
   * Where release tarballs are fetched, without user name, password or query: `<downloadBaseUrl>/v<release>/etcd-v<release>-linux-<architecture>.tar.gz`.
   * @default "https://github.com/etcd-io/etcd/releases/download"
   */
  readonly downloadBaseUrl?: string | undefined;
  /**
   * Keeps members of different clusters apart. Unique per cluster, and a new one after each restore.
   * @default - the cluster's name
   */
  readonly initialClusterToken?: string | undefined;
  /** @default - see the settings table */
  readonly settings?: SettingsInput | undefined;
  /**
   * First port of each member's plain-HTTP `/metrics` and `/health` listener; on `local` it is counted up by `portStep`.
   * @default - none: both are served on the client URL only
   */
  readonly metricsPort?: number | undefined;
}

export interface LocalDefinition {
  /**
   * Loopback address of all members.
   * @default "127.0.0.1"
   */
  readonly address?: string | undefined;
  /**
   * Client port of the first member.
   * @default 2379
   */
  readonly clientPort?: number | undefined;
  /**
   * Peer port of the first member.
   * @default 2380
   */
  readonly peerPort?: number | undefined;
  /**
   * Added to the ports of each further member.
   * @default 10
   */
  readonly portStep?: number | undefined;
  /**
   * An etcd binary to use.
   * @default - looked for: PATH, the cache, the release, the distribution's package
   */
  readonly etcdPath?: string | undefined;
}

export interface AwsDefinition {
  /** AWS region, e.g. `eu-central-1`. */
  readonly region: string;
  /**
   * EC2 instance type. Its architecture chooses the AMI and the etcd tarball.
   * @default "m7g.large"
   */
  readonly instanceType?: string | undefined;
  /**
   * Memory of the instance type, e.g. `8GiB`.
   * @default - known for the usual families
   */
  readonly memory?: string | number | undefined;
  /**
   * CPU architecture of the instance type.
   * @default - known for the usual families
   */
  readonly architecture?: Architecture | undefined;
  /**
   * AMI of the members.
   * @default - the newest Amazon Linux 2023 of the architecture
   */
  readonly amiId?: string | undefined;
  /** @default - a new VPC 10.40.0.0/16 with one /24 subnet in each of three availability zones */
  readonly network?: AwsNetworkDefinition | undefined;
  /** @default - the CIDR of the new VPC */
  readonly clientAccess?:
    | {
        readonly cidrs?: readonly string[] | undefined;
        readonly securityGroupIds?: readonly string[] | undefined;
      }
    | undefined;
  /** @default - 20GiB gp3, 3000 IOPS, 125 MiB/s */
  readonly dataVolume?: AwsDataVolumeDefinition | undefined;
  /**
   * Tags of every resource, besides `Name`, `etcd-cluster` and `etcd-member`, which are set in any case. At most 47.
   * @default {}
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface AwsNetworkDefinition {
  /**
   * An existing VPC; needs `subnets` with their ids, and `clientAccess`.
   * @default - a new VPC
   */
  readonly vpcId?: string | undefined;
  /**
   * CIDR of the new VPC, /16 to /24.
   * @default "10.40.0.0/16"
   */
  readonly cidr?: string | undefined;
  /**
   * Subnets, one per availability zone; members take them in turn.
   * @default - one /24 (in a small VPC: /28) in each of the zones a, b and c
   */
  readonly subnets?: readonly AwsSubnetDefinition[] | undefined;
}

export interface AwsSubnetDefinition {
  /** Only with an existing VPC. */
  readonly id?: string | undefined;
  readonly cidr: string;
  readonly availabilityZone: string;
}

export interface AwsDataVolumeDefinition {
  /**
   * Size, whole GiB.
   * @default "20GiB"
   */
  readonly size?: string | number | undefined;
  /**
   * gp3 IOPS, 3000 to 16000.
   * @default 3000
   */
  readonly iops?: number | undefined;
  /**
   * gp3 throughput in MiB/s, 125 to 1000.
   * @default 125
   */
  readonly throughputMiBps?: number | undefined;
  /**
   * ARN of a KMS key, not of an alias: EBS answers with the key's ARN, and Terraform replaces a volume whose answer differs.
   * @default - the account's default EBS key
   */
  readonly kmsKeyId?: string | undefined;
  /**
   * Terraform's `prevent_destroy`: a plan that would destroy a data volume fails. To really destroy a cluster, deploy
   * once with `false`, then destroy.
   * @default true
   */
  readonly preventDestroy?: boolean | undefined;
}
