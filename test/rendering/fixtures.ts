import type {
  Architecture,
  AwsCluster,
  AwsMember,
  LocalCluster,
  Member,
  Tls,
} from "../../lib/cluster/cluster";

export const DATA_DIR = "/var/lib/etcd/data";

/** Files of a user who brings their own certificates. */
export const TLS: Tls = {
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
  readonly memberCount?: number;
  readonly architecture?: Architecture;
  readonly tls?: Tls;
  readonly metricsPort?: number;
  readonly etcd?: Partial<AwsCluster["etcd"]>;
}

/** A cluster on EC2; without options, what an almost empty definition becomes. */
export function awsCluster(options: AwsOptions = {}): AwsCluster {
  const { memberCount = 3, architecture = "arm64", tls, metricsPort, etcd } = options;
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
      name: `etcd-${index}`,
      address,
      peerUrl: `${scheme}://${address}:2380`,
      clientUrl: `${scheme}://${address}:2379`,
      metricsUrl: metricsPort === undefined ? undefined : `http://${address}:${metricsPort}`,
      subnet,
    };
  });
  return {
    name: "demo",
    target: "aws",
    members,
    learners: [],
    tls,
    etcd: {
      release: "3.6.14",
      sha256: { amd64: "a".repeat(64), arm64: "b".repeat(64) },
      downloadBaseUrl: "https://github.com/etcd-io/etcd/releases/download",
      initialClusterToken: "demo",
      settings: {},
      ...etcd,
    },
    aws: {
      region: "eu-central-1",
      instanceType: architecture === "arm64" ? "m7g.large" : "m7i.large",
      architecture,
      amiId: undefined,
      network: { vpcId: undefined, cidr: "10.40.0.0/16", subnets },
      clientAccess: { cidrs: ["10.40.0.0/16"], securityGroupIds: [] },
      dataVolume: {
        sizeGiB: 20,
        iops: 3000,
        throughputMiBps: 125,
        kmsKeyId: undefined,
        preventDestroy: true,
      },
      tags: {},
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

/** The member at `index`, which must be there. */
export function memberOf<M>(cluster: { readonly members: readonly M[] }, index = 0): M {
  const member = cluster.members[index];
  if (member === undefined) throw new Error(`the fixture has no member ${index}`);
  return member;
}
