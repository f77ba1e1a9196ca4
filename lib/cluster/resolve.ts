import type { Aws, AwsMember, Cluster, EtcdRequest, LocalCluster, Member, Target } from "./cluster";
import { BYTES_PER_GIB, DATA_VOLUME } from "./data-volume";
import { DEFAULT_DOWNLOAD_BASE_URL, DEFAULT_RELEASE, pinnedSha256 } from "./etcd-release";
import { DEFAULT_INSTANCE_TYPE, instanceTypeFacts } from "./instance-types";
import {
  awsSubnets,
  CLIENT_PORT,
  localPorts,
  namedMembers,
  newVpcCidr,
  PEER_PORT,
  placedMembers,
} from "./members";
import type { ParsedDefinition } from "./schema";

/** Works out every address, name and default of a definition that breaks no rule. */
export function resolve(definition: ParsedDefinition, target: Target): Cluster {
  const common = { name: definition.name, learners: definition.learners ?? [], tls: definition.tls };
  const scheme = definition.tls === undefined ? "http" : "https";
  if (target === "local") {
    const members = namedMembers(definition).map(({ name }, index): Member => {
      const { address, clientPort, peerPort, metricsPort } = localPorts(definition, index);
      return member(index, name, address, scheme, { clientPort, peerPort, metricsPort });
    });
    const cluster: LocalCluster = {
      ...common,
      target,
      members,
      etcd: etcdRequest(definition, definition.etcd?.release),
      local: { etcdPath: definition.local?.etcdPath },
    };
    return cluster;
  }
  const aws = definition.aws;
  if (aws === undefined)
    throw new TypeError("the rule aws-needed-for-target-aws let a definition without aws pass");
  const metricsPort = definition.etcd?.metricsPort;
  const members = placedMembers(definition, aws).map((placed, index): AwsMember => ({
    ...member(index, placed.name, placed.resolvedAddress, scheme, {
      clientPort: CLIENT_PORT,
      peerPort: PEER_PORT,
      metricsPort,
    }),
    subnet: placed.subnet,
  }));
  const release = definition.etcd?.release ?? DEFAULT_RELEASE;
  return {
    ...common,
    target,
    members,
    etcd: { ...etcdRequest(definition, release), release },
    aws: resolveAws(aws),
  };
}

function member(
  index: number,
  name: string,
  address: string,
  scheme: "http" | "https",
  ports: { clientPort: number; peerPort: number; metricsPort: number | undefined },
): Member {
  return {
    index,
    name,
    address,
    peerUrl: `${scheme}://${address}:${ports.peerPort}`,
    clientUrl: `${scheme}://${address}:${ports.clientPort}`,
    metricsUrl: ports.metricsPort === undefined ? undefined : `http://${address}:${ports.metricsPort}`,
  };
}

function etcdRequest({ name, etcd = {} }: ParsedDefinition, release: string | undefined): EtcdRequest {
  const sum = (architecture: "amd64" | "arm64") =>
    etcd.sha256?.[architecture] ?? (release === undefined ? undefined : pinnedSha256(release, architecture));
  const [amd64, arm64] = [sum("amd64"), sum("arm64")];
  return {
    release,
    sha256: { ...(amd64 === undefined ? {} : { amd64 }), ...(arm64 === undefined ? {} : { arm64 }) },
    downloadBaseUrl: (etcd.downloadBaseUrl ?? DEFAULT_DOWNLOAD_BASE_URL).replace(/\/+$/, ""),
    initialClusterToken: etcd.initialClusterToken ?? name,
    settings: etcd.settings ?? {},
  };
}

function resolveAws(aws: NonNullable<ParsedDefinition["aws"]>): Aws {
  const instanceType = aws.instanceType ?? DEFAULT_INSTANCE_TYPE;
  const architecture = aws.architecture ?? instanceTypeFacts(instanceType)?.architecture;
  if (architecture === undefined)
    throw new TypeError("the rule instance-type-known let an unknown type pass");
  const cidr = newVpcCidr(aws);
  const cidrs =
    aws.clientAccess?.cidrs ??
    (aws.clientAccess?.securityGroupIds === undefined && cidr !== undefined ? [cidr] : []);
  const { size = DATA_VOLUME.sizeBytes, ...volume } = aws.dataVolume ?? {};
  return {
    region: aws.region,
    instanceType,
    architecture,
    amiId: aws.amiId,
    network: { vpcId: aws.network?.vpcId, cidr, subnets: awsSubnets(aws) },
    clientAccess: { cidrs, securityGroupIds: aws.clientAccess?.securityGroupIds ?? [] },
    dataVolume: {
      sizeGiB: size / BYTES_PER_GIB,
      iops: volume.iops ?? DATA_VOLUME.iops,
      throughputMiBps: volume.throughputMiBps ?? DATA_VOLUME.throughputMiBps,
      kmsKeyId: volume.kmsKeyId,
      preventDestroy: volume.preventDestroy ?? true,
    },
    tags: aws.tags ?? {},
  };
}
