import type { Architecture, EtcdSource, Image, Internet, Placement, Target, TlsFiles } from "./cluster";
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
   * Mutual TLS between members and with clients. `false` is plain HTTP; the paths of certificates of your own are those on
   * the members' machines, where somebody else puts them.
   * @default - the certificates that `cdktf-etcd pki` keeps in `pki/<name>`
   */
  readonly tls?: false | TlsDefinition | undefined;

  /** @default - loopback, client ports from 2379, peer ports from 2380 */
  readonly local?: LocalDefinition | undefined;

  /** Needed for the target `aws`. */
  readonly aws?: AwsDefinition | undefined;
}

/** Files that are on the machines already; `{member}` in a path stands for the member's name. */
export interface TlsDefinition {
  readonly client: TlsFiles;
  readonly peer: TlsFiles;
  /** What `verify` presents, on this machine. */
  readonly operator: TlsFiles;
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
   * Where members on AWS get the release tarball: `bucket` is the cluster's own, into which the deploy brings it, so that a member
   * needs no way out; `download` is `downloadBaseUrl` itself.
   * @default "bucket"
   */
  readonly source?: EtcdSource | undefined;
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
   * EC2 instance type of the Nitro System. Its architecture chooses the AMI and the etcd tarball.
   * @default "m7g.large"
   */
  readonly instanceType?: string | undefined;
  /**
   * Memory of the instance type, e.g. `8GiB`.
   * @default - known for the m, c, r, t, x, z, i and d families
   */
  readonly memory?: string | number | undefined;
  /**
   * CPU architecture of the instance type.
   * @default - known for the m, c, r, t, x, z, i and d families
   */
  readonly architecture?: Architecture | undefined;
  /**
   * Operating system of the members: its newest AMI of the architecture, found through a public SSM parameter.
   * @default "amazon-linux-2023"
   */
  readonly image?: Image | undefined;
  /**
   * AMI of the members, instead of `image`; it needs cloud-init, systemd, python3 and curl.
   * @default - the newest one of `image`
   */
  readonly amiId?: string | undefined;
  /** @default - 8GiB */
  readonly rootVolume?:
    | {
        /**
         * Size, whole GiB; at least that of the AMI.
         * @default "8GiB"
         */
        readonly size?: string | number | undefined;
      }
    | undefined;
  /** @default - a new VPC 10.40.0.0/16 with one /24 subnet in each of three availability zones */
  readonly network?: AwsNetworkDefinition | undefined;
  /** @default - the CIDR of the new VPC */
  readonly clientAccess?:
    | {
        readonly cidrs?: readonly string[] | undefined;
        readonly securityGroupIds?: readonly string[] | undefined;
        /**
         * Says that `0.0.0.0/0` among the CIDRs is meant: everybody may try to connect.
         * @default false
         */
        readonly openToEveryone?: boolean | undefined;
      }
    | undefined;
  /** @default - 20GiB gp3, 3000 IOPS, 125 MiB/s */
  readonly dataVolume?: AwsDataVolumeDefinition | undefined;
  /** The cluster's bucket: certificates, the etcd tarball, the members' status and backups. */
  readonly bucket?:
    | {
        /** @default - `etcd-<name>-<account>-<region>` */
        readonly name?: string | undefined;
        /**
         * ARN of the KMS key that encrypts it.
         * @default - a key of the cluster's own
         */
        readonly kmsKeyId?: string | undefined;
      }
    | undefined;
  /**
   * `spread` puts the members on racks of their own, by an EC2 placement group.
   * @default "spread"
   */
  readonly placement?: Placement | undefined;
  /**
   * EC2's own protection against termination by hand. Terraform lifts it where it replaces or destroys an instance itself.
   * @default true
   */
  readonly terminationProtection?: boolean | undefined;
  /**
   * Of the data volumes, Terraform's `prevent_destroy`: a plan that would destroy one fails. Of the bucket: it is not emptied to be
   * destroyed. To really destroy a cluster, deploy once with `false`, then destroy.
   * @default true
   */
  readonly preventDestroy?: boolean | undefined;
  /**
   * Lets AWS Systems Manager Session Manager open shells and port forwardings on the members; a new VPC without a way out gets the
   * interface endpoints for it, which cost money.
   * @default false
   */
  readonly sessionManager?: boolean | undefined;
  /** @default - no names: members are reached by address */
  readonly dns?: AwsDnsDefinition | undefined;
  /** @default - a file in the project's folder */
  readonly state?: AwsStateDefinition | undefined;
  /**
   * Tags of every resource, besides `Name`, `etcd-cluster` and `etcd-member`, which are set in any case. At most 47, of
   * letters, digits, spaces and `_ . : / = + - @`.
   * @default {}
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** A private Route 53 zone: an address record per member and the records of etcd's DNS discovery. */
export interface AwsDnsDefinition {
  /** Domain, e.g. `etcd.example.internal`; members become `<member>.<domain>`. */
  readonly domain: string;
  /**
   * An existing private zone.
   * @default - a new one, for the members' VPC
   */
  readonly zoneId?: string | undefined;
}

/** Terraform's state in S3, with a lock file beside it (Terraform 1.10 or newer, or OpenTofu 1.10 or newer). */
export interface AwsStateDefinition {
  /** An existing bucket, best with versioning. */
  readonly bucket: string;
  /** @default - `cdktf-etcd/<name>-aws.tfstate` */
  readonly key?: string | undefined;
  /** @default - `aws.region` */
  readonly region?: string | undefined;
  /**
   * ARN of a KMS key for the state.
   * @default - the bucket's own encryption
   */
  readonly kmsKeyId?: string | undefined;
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
  /**
   * The way out of a new VPC: `none`, `nat` (one NAT gateway) or `public` (an internet gateway and an Elastic IP per member). Nobody
   * gets in by it: that is `clientAccess`.
   * @default "none"
   */
  readonly internet?: Internet | undefined;
  /**
   * Route tables of the subnets of an existing VPC, for a gateway endpoint of S3.
   * @default [] - the subnets have a way to S3 already
   */
  readonly routeTableIds?: readonly string[] | undefined;
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
}
