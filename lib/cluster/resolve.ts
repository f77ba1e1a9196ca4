import type { Aws, AwsMember, AwsState, Cluster, EtcdRequest, LocalCluster, Member, Target } from "./cluster";

import { BYTES_PER_GIB, DATA_VOLUME, ROOT_VOLUME_SIZE_BYTES } from "./data-volume";
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
import { stackId } from "./stack-id";
import { resolveTls } from "./tls";

/** Works out every address, name and default of a definition that breaks no rule. */
export function resolve(definition: ParsedDefinition, target: Target): Cluster {
  const tls = resolveTls(definition, target);
  const common = { name: definition.name, learners: definition.learners ?? [], tls };
  const scheme = tls === undefined ? "http" : "https";
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
    etcd: { ...etcdRequest(definition, release), release, source: definition.etcd?.source ?? "bucket" },
    aws: resolveAws(definition.name, aws),
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

function resolveAws(clusterName: string, aws: NonNullable<ParsedDefinition["aws"]>): Aws {
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
    image: aws.image ?? "amazon-linux-2023",
    amiId: aws.amiId,
    rootVolume: { sizeGiB: (aws.rootVolume?.size ?? ROOT_VOLUME_SIZE_BYTES) / BYTES_PER_GIB },
    network: {
      vpcId: aws.network?.vpcId,
      cidr,
      subnets: awsSubnets(aws),
      internet: aws.network?.internet ?? "none",
      routeTableIds: aws.network?.routeTableIds ?? [],
    },
    clientAccess: { cidrs, securityGroupIds: aws.clientAccess?.securityGroupIds ?? [] },
    dataVolume: {
      sizeGiB: size / BYTES_PER_GIB,
      iops: volume.iops ?? DATA_VOLUME.iops,
      throughputMiBps: volume.throughputMiBps ?? DATA_VOLUME.throughputMiBps,
      kmsKeyId: volume.kmsKeyId,
    },
    bucket: { name: aws.bucket?.name, kmsKeyId: aws.bucket?.kmsKeyId },
    placement: aws.placement ?? "spread",
    terminationProtection: aws.terminationProtection ?? true,
    preventDestroy: aws.preventDestroy ?? true,
    sessionManager: aws.sessionManager ?? false,
    dns: aws.dns === undefined ? undefined : { domain: aws.dns.domain, zoneId: aws.dns.zoneId },
    state: aws.state === undefined ? undefined : resolveState(clusterName, aws.region, aws.state),
    tags: aws.tags ?? {},
  };
}

function resolveState(
  clusterName: string,
  region: string,
  state: NonNullable<NonNullable<ParsedDefinition["aws"]>["state"]>,
): AwsState {
  return {
    bucket: state.bucket,
    key: state.key ?? `cdktf-etcd/${stackId({ name: clusterName, target: "aws" })}.tfstate`,
    region: state.region ?? region,
    kmsKeyId: state.kmsKeyId,
  };
}
