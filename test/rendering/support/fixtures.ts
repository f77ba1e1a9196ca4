import type {
  Architecture,
  AwsCluster,
  AwsMember,
  LocalCluster,
  Member,
  Target,
  Tls,
} from "../../../lib/cluster/cluster";
import { resolveTls } from "../../../lib/cluster/tls";

export const DATA_DIR = "/var/lib/etcd/data";

/** Certificates that `cdktf-etcd pki` keeps: the default on EC2. */
export const PKI: Tls = resolvedTls("aws");

/** Files of a user who brings their own certificates. */
export const TLS: Tls = {
  pkiFolder: undefined,
  client: {
    caFile: "/etc/etcd/pki/client-ca.crt",
    certFile: "/etc/etcd/pki/{member}.crt",
    keyFile: "/etc/etcd/pki/{member}.key",
  },
  peer: {
    caFile: "/etc/etcd/pki/peer-ca.crt",
    certFile: "/etc/etcd/pki/{member}-peer.crt",
    keyFile: "/etc/etcd/pki/{member}-peer.key",
  },
  operator: {
    caFile: "pki/client-ca.crt",
    certFile: "pki/operator.crt",
    keyFile: "pki/operator.key",
  },
};

interface AwsOptions {
  readonly name?: string;
  readonly memberCount?: number;
  /** @default - etcd-0, etcd-1 … */
  readonly memberName?: (index: number) => string;
  readonly architecture?: Architecture;
  readonly tls?: Tls;
  readonly metricsPort?: number;
  readonly etcd?: Partial<AwsCluster["etcd"]>;
  readonly aws?: Partial<AwsCluster["aws"]>;
}

/** A cluster on EC2; without options, what an almost empty definition becomes. */
export function awsCluster(options: AwsOptions = {}): AwsCluster {
  const { name = "demo", memberCount = 3, memberName = (index: number) => `etcd-${index}` } = options;
  const { architecture = "arm64", tls, metricsPort, etcd, aws } = options;
  const zones = ["a", "b", "c"];
  const subnets = zones.map((zone, index) => ({
    id: undefined,
    cidr: `10.40.${index}.0/24`,
    availabilityZone: `eu-central-1${zone}`,
  }));
  const scheme = tls === undefined ? "http" : "https";
  const members = Array.from({ length: memberCount }, (_, index): AwsMember => {
    const zone = index % zones.length;
    const address = `10.40.${zone}.${10 + Math.floor(index / zones.length)}`;
    const subnet = subnets[zone];
    if (subnet === undefined) throw new Error(`no subnet ${zone}`);
    return {
      index,
      name: memberName(index),
      address,
      peerUrl: `${scheme}://${address}:2380`,
      clientUrl: `${scheme}://${address}:2379`,
      metricsUrl: metricsPort === undefined ? undefined : `http://${address}:${metricsPort}`,
      subnet,
    };
  });
  return {
    name,
    target: "aws",
    members,
    learners: [],
    tls,
    etcd: {
      release: "3.6.14",
      sha256: { amd64: "a".repeat(64), arm64: "b".repeat(64) },
      downloadBaseUrl: "https://github.com/etcd-io/etcd/releases/download",
      initialClusterToken: name,
      source: "bucket",
      settings: {},
      ...etcd,
    },
    aws: {
      region: "eu-central-1",
      instanceType: architecture === "arm64" ? "m7g.large" : "m7i.large",
      architecture,
      image: "amazon-linux-2023",
      amiId: undefined,
      rootVolume: { sizeGiB: 8 },
      network: {
        vpcId: undefined,
        cidr: "10.40.0.0/16",
        subnets,
        internet: "none",
        routeTableIds: [],
      },
      clientAccess: { cidrs: ["10.40.0.0/16"], securityGroupIds: [] },
      dataVolume: { sizeGiB: 20, iops: 3000, throughputMiBps: 125, kmsKeyId: undefined },
      bucket: { name: undefined, kmsKeyId: undefined },
      placement: "spread",
      terminationProtection: true,
      preventDestroy: true,
      sessionManager: false,
      dns: undefined,
      state: undefined,
      tags: {},
      ...aws,
    },
  };
}

interface LocalOptions {
  readonly clientPort?: number;
  readonly peerPort?: number;
  readonly etcd?: Partial<LocalCluster["etcd"]>;
  readonly tls?: Tls;
  readonly name?: string;
}

/** One member on loopback. */
export function localCluster(options: LocalOptions = {}): LocalCluster {
  const { clientPort = 2379, peerPort = 2380, tls, etcd, name = "etcd-0" } = options;
  const scheme = tls === undefined ? "http" : "https";
  const member: Member = {
    index: 0,
    name,
    address: "127.0.0.1",
    peerUrl: `${scheme}://127.0.0.1:${peerPort}`,
    clientUrl: `${scheme}://127.0.0.1:${clientPort}`,
    metricsUrl: undefined,
  };
  return {
    name: "here",
    target: "local",
    members: [member],
    learners: [],
    tls,
    etcd: {
      release: undefined,
      sha256: {},
      downloadBaseUrl: "https://github.com/etcd-io/etcd/releases/download",
      initialClusterToken: "here",
      settings: {},
      ...etcd,
    },
    local: { etcdPath: undefined },
  };
}

/** As the definition of a cluster called demo with the default `tls` gives it. */
function resolvedTls(target: Target): Tls {
  const tls = resolveTls({ name: "demo" }, target);
  if (tls === undefined) throw new Error("TLS is not the default any more");
  return tls;
}

/** The member at `index`, which must be there. */
export function memberOf<M>(cluster: { readonly members: readonly M[] }, index = 0): M {
  const member = cluster.members[index];
  if (member === undefined) throw new Error(`the fixture has no member ${index}`);
  return member;
}
