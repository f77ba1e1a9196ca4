import type { AwsSubnet } from "./cluster";
import { formatCidr, formatIpv4, parseCidr, subRange, type Ipv4Range } from "./ipv4";
import type { ParsedDefinition } from "./schema";

/** More than 7 members cost write latency and gain nothing. https://etcd.io/docs/v3.6/faq/#what-is-maximum-cluster-size */
export const MEMBER_COUNTS: readonly number[] = [1, 3, 5, 7];
export const DEFAULT_MEMBER_COUNT = 3;

/** A size that nobody can mean: the count is refused, and looking at the members beyond says nothing new. */
const MAX_EXPANDED_MEMBERS = 99;

/** etcd's registered ports, which every member on a machine of its own has. https://etcd.io/docs/v3.6/op-guide/configuration/ */
export const CLIENT_PORT = 2379;
export const PEER_PORT = 2380;

const DEFAULT_VPC_CIDR = "10.40.0.0/16";
/** https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
export const SMALLEST_SUBNET_PREFIX = 28;

const DEFAULT_ZONES = ["a", "b", "c"] as const;

/** `.10` of a /24: clear of the addresses that AWS reserves, and easy to recognise. */
const FIRST_HOST = 10;
/** A /28 has 11 usable addresses from `.4` on. */
const FIRST_HOST_OF_A_SMALL_SUBNET = 4;

export interface NamedMember {
  readonly name: string;
  readonly address: string | undefined;
}

/** Members by name, also where the definition gives only their number. */
export function namedMembers(definition: Pick<ParsedDefinition, "members">): NamedMember[] {
  const { members = DEFAULT_MEMBER_COUNT } = definition;
  if (typeof members !== "number")
    return members.slice(0, MAX_EXPANDED_MEMBERS).map(({ name, address }) => ({ name, address }));
  const count = Math.max(0, Math.min(members, MAX_EXPANDED_MEMBERS));
  return Array.from({ length: count }, (_, index) => ({ name: `etcd-${index}`, address: undefined }));
}

type AwsDefinition = NonNullable<ParsedDefinition["aws"]>;

/** CIDR of the VPC that is to be created; undefined with an existing one. */
export function newVpcCidr(aws: AwsDefinition): string | undefined {
  return aws.network?.vpcId === undefined ? (aws.network?.cidr ?? DEFAULT_VPC_CIDR) : undefined;
}

/**
 * Where the NAT gateway of a new VPC lives: the last /28, the smallest subnet AWS allows, out of the way of the members'.
 * The caller sees to it that `vpcCidr` is one.
 */
export function natSubnetCidr(vpcCidr: string): string {
  const vpc = parseCidr(vpcCidr);
  if (!vpc.ok) throw new TypeError(`${vpcCidr} ${vpc.message}`);
  const subnets = 2 ** (SMALLEST_SUBNET_PREFIX - vpc.value.prefixLength);
  return formatCidr(subRange(vpc.value, SMALLEST_SUBNET_PREFIX, subnets - 1));
}

/** The subnets as given, or one in each of three availability zones of the new VPC. */
export function awsSubnets(aws: AwsDefinition): AwsSubnet[] {
  const given = aws.network?.subnets;
  if (given !== undefined)
    return given.map(({ id, cidr, availabilityZone }) => ({ id, cidr, availabilityZone }));
  const cidr = newVpcCidr(aws);
  const vpc = cidr === undefined ? undefined : parseCidr(cidr);
  if (vpc?.ok !== true) return [];
  const prefixLength = vpc.value.prefixLength <= 20 ? 24 : SMALLEST_SUBNET_PREFIX;
  return DEFAULT_ZONES.map((zone, index) => ({
    id: undefined,
    cidr: formatCidr(subRange(vpc.value, prefixLength, index)),
    availabilityZone: `${aws.region}${zone}`,
  }));
}

export interface PlacedMember extends NamedMember {
  readonly subnet: AwsSubnet;
  readonly range: Ipv4Range;
  readonly resolvedAddress: string;
}

/** Members with subnet and address: subnets in turn, addresses counted up inside each. */
export function placedMembers(definition: ParsedDefinition, aws: AwsDefinition): PlacedMember[] {
  const subnets = awsSubnets(aws);
  return namedMembers(definition).flatMap((member, index) => {
    const subnet = subnets[index % Math.max(1, subnets.length)];
    const range = subnet === undefined ? undefined : parseCidr(subnet.cidr);
    if (subnet === undefined || range?.ok !== true) return [];
    const firstHost = range.value.prefixLength > 26 ? FIRST_HOST_OF_A_SMALL_SUBNET : FIRST_HOST;
    const counted = range.value.first + firstHost + Math.floor(index / subnets.length);
    return [
      { ...member, subnet, range: range.value, resolvedAddress: member.address ?? formatIpv4(counted) },
    ];
  });
}

/** Where local members listen when the definition does not say it; ports are those of the first member. */
export const DEFAULT_LOCAL = {
  address: "127.0.0.1",
  clientPort: CLIENT_PORT,
  peerPort: PEER_PORT,
  portStep: 10,
} as const;

export interface LocalPorts {
  readonly address: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly metricsPort: number | undefined;
}

/** Addresses and ports of the member at `index` on this machine. */
export function localPorts(definition: ParsedDefinition, index: number): LocalPorts {
  const { local = {} } = definition;
  const step = index * (local.portStep ?? DEFAULT_LOCAL.portStep);
  const metricsPort = definition.etcd?.metricsPort;
  return {
    address: local.address ?? DEFAULT_LOCAL.address,
    clientPort: (local.clientPort ?? DEFAULT_LOCAL.clientPort) + step,
    peerPort: (local.peerPort ?? DEFAULT_LOCAL.peerPort) + step,
    metricsPort: metricsPort === undefined ? undefined : metricsPort + step,
  };
}
