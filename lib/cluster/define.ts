import { DefinitionError, type Mistake } from "../errors";
import {
  TARGETS,
  type Aws,
  type AwsCluster,
  type AwsMember,
  type Cluster,
  type EtcdRequest,
  type LocalCluster,
  type Member,
  type Target,
} from "./cluster";
import type { ClusterDefinition } from "./definition";
import { DEFAULT_DOWNLOAD_BASE_URL, DEFAULT_RELEASE, pinnedSha256 } from "./etcd-release";
import { BYTES_PER_GIB, DATA_VOLUME } from "./data-volume";
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
import { formatPath, placeOf, touches } from "./path";
import { RULES } from "./rules";
import type { Rule } from "./rules/rule";
import { salvage } from "./salvage";
import { definitionSchema, type ParsedDefinition } from "./schema";
import { schemaMistakes, type PlacedMistake } from "./schema-mistakes";
import { readYaml } from "./yaml-source";

/**
 * Validates a definition given as an object and works out every address in it.
 *
 * @throws {DefinitionError} with all mistakes at once
 */
export function defineCluster(definition: ClusterDefinition & { readonly target: "aws" }): AwsCluster;
export function defineCluster(definition: ClusterDefinition, target?: Target): Cluster;
export function defineCluster(
  definition: ClusterDefinition,
  target: Target = targetOf(definition) ?? "aws",
): Cluster {
  const { cluster, mistakes } = examine(definition, target);
  if (cluster === undefined) {
    throw new DefinitionError(
      mistakes.map(({ path, message, remedy }) => ({ path: formatPath(path), message, remedy })),
    );
  }
  return cluster;
}

/**
 * Validates the text of a `cluster.yaml`.
 *
 * @param file only named in the mistakes
 * @param target wins over the definition's own
 * @throws {DefinitionError} with all mistakes at once, each with its line
 */
export function parseCluster(
  text: string,
  file: string,
  target: Target | undefined,
  defaultTarget: Target,
): Cluster {
  const read = readYaml(text, file);
  if ("mistakes" in read) throw new DefinitionError(read.mistakes);
  const { source } = read;
  const { cluster, mistakes } = examine(source.value, target ?? targetOf(source.value) ?? defaultTarget);
  if (cluster === undefined)
    throw new DefinitionError(inFileOrder(mistakes.map((mistake) => source.place(mistake))));
  return cluster;
}

function examine(
  input: unknown,
  target: Target,
): { cluster: Cluster | undefined; mistakes: PlacedMistake[] } {
  const ofSchema = schemaMistakes(input);
  // The rules also speak about what is right by itself in a definition with mistakes elsewhere: one run, all mistakes.
  const parsed = definitionSchema.safeParse(ofSchema.length === 0 ? input : salvage(input, schemaMistakes));
  const ofRules = parsed.success
    ? RULES.filter((rule) => canSpeak(rule, ofSchema)).flatMap((rule) => rule.check(parsed.data, target))
    : [];
  const mistakes = [...ofSchema, ...ofRules.filter((mistake) => !isKnownWrong(mistake, ofSchema))];
  return {
    cluster: parsed.success && mistakes.length === 0 ? resolve(parsed.data, target) : undefined,
    mistakes,
  };
}

function canSpeak({ needs = [] }: Rule, mistakes: readonly PlacedMistake[]): boolean {
  const wrong = mistakes.filter(({ atKey }) => !atKey).map(({ path }) => placeOf(path));
  return !needs.some((need) => wrong.some((place) => touches(need, place)));
}

/** What stands at the place of a mistake is wrong already, or stands in for what is. */
function isKnownWrong({ path }: PlacedMistake, mistakes: readonly PlacedMistake[]): boolean {
  return mistakes.some((known) => !known.atKey && known.path.every((key, index) => key === path[index]));
}

function targetOf(value: unknown): Target | undefined {
  const target = (value as { target?: unknown } | null | undefined)?.target;
  return TARGETS.find((known) => known === target);
}

function inFileOrder(mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function resolve(definition: ParsedDefinition, target: Target): Cluster {
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
