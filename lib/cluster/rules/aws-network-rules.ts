import { contains, containsRange, formatCidr, formatIpv4, isReservedByAws, overlap, parseCidr, parseIpv4, type Ipv4Range } from "../ipv4";
import { awsSubnets, namedMembers, natSubnetCidr, newVpcCidr, placedMembers, SMALLEST_SUBNET_PREFIX } from "../members";
import type { ParsedDefinition } from "../schema";
import { mistakeAt, repeated, type Rule } from "./rule";

/** AWS's own bounds. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const LARGEST_NETWORK = 16;
/** Room for three /28 subnets and some to spare. */
const SMALLEST_NEW_VPC = 24;

const NETWORK = ["aws", "network"];

const awsIsThere: Rule = {
  id: "aws-needed-for-target-aws",
  check: ({ aws }, target) =>
    target === "aws" && aws === undefined
      ? [mistakeAt(["aws"], "is missing; the target aws needs it", "at least: aws: { region: eu-central-1 } – or take the target local")]
      : [],
};

const vpcSize: Rule = {
  id: "vpc-size",
  check({ aws }) {
    const cidr = aws?.network?.cidr;
    const range = cidr === undefined ? undefined : parseCidr(cidr);
    if (range?.ok !== true) return [];
    if (aws?.network?.vpcId !== undefined) {
      return [mistakeAt(["aws", "network", "cidr"], "is for a new VPC, and vpcId names an existing one", "remove one of the two")];
    }
    const { prefixLength } = range.value;
    return prefixLength < LARGEST_NETWORK || prefixLength > SMALLEST_NEW_VPC
      ? [mistakeAt(["aws", "network", "cidr"], `must be between /${LARGEST_NETWORK} and /${SMALLEST_NEW_VPC}, got "${cidr}"`)]
      : [];
  },
};

const subnetsFit: Rule = {
  id: "subnets-fit",
  needs: [NETWORK],
  check({ aws }) {
    if (aws === undefined) return [];
    const vpcCidr = newVpcCidr(aws);
    const vpc = vpcCidr === undefined ? undefined : parseCidr(vpcCidr);
    const subnets = awsSubnets(aws);
    const ranges = subnets.map(({ cidr }) => rangeOf(cidr));
    return (aws.network?.subnets ?? []).flatMap((subnet, index) => {
      const path = ["aws", "network", "subnets", index];
      const range = ranges[index];
      if (range === undefined) return [];
      const mistakes = [];
      if (range.prefixLength < LARGEST_NETWORK || range.prefixLength > SMALLEST_SUBNET_PREFIX) {
        mistakes.push(mistakeAt([...path, "cidr"], `must be between /${LARGEST_NETWORK} and /${SMALLEST_SUBNET_PREFIX}, got "${subnet.cidr}"`));
      }
      if (vpc?.ok === true && !containsRange(vpc.value, range)) {
        mistakes.push(mistakeAt([...path, "cidr"], `must lie inside the VPC ${vpcCidr}, got "${subnet.cidr}"`));
      }
      const nat = vpc?.ok === true && vpc.value.prefixLength <= SMALLEST_NEW_VPC ? rangeOf(natSubnetCidr(vpcCidr ?? "")) : undefined;
      if (nat !== undefined && overlap(nat, range)) {
        mistakes.push(mistakeAt([...path, "cidr"], `overlaps the NAT gateway's subnet ${formatCidr(nat)}, got "${subnet.cidr}"`, "leave the last /28 of the VPC free"));
      }
      const other = ranges.findIndex((candidate, at) => at < index && candidate !== undefined && overlap(candidate, range));
      if (other >= 0) mistakes.push(mistakeAt([...path, "cidr"], `overlaps subnets[${other}] (${subnets[other]?.cidr}), got "${subnet.cidr}"`));
      return mistakes;
    });
  },
};

const subnetIds: Rule = {
  id: "subnet-ids-follow-the-vpc",
  check({ aws }) {
    const network = aws?.network;
    if (network === undefined) return [];
    if (network.vpcId !== undefined && network.subnets === undefined) {
      return [mistakeAt(["aws", "network", "subnets"], "is missing; an existing VPC needs its subnets", "list each with id, cidr and availabilityZone")];
    }
    return (network.subnets ?? []).flatMap(({ id }, index) => {
      const path = ["aws", "network", "subnets", index, "id"];
      if (network.vpcId !== undefined && id === undefined) return [mistakeAt(path, "is missing; the subnets of an existing VPC exist too")];
      if (network.vpcId === undefined && id !== undefined) return [mistakeAt(path, `belongs to an existing VPC, got "${id}"`, "add network.vpcId, or remove the id to create the subnet")];
      return [];
    });
  },
};

const zonesInRegion: Rule = {
  id: "zones-in-region",
  needs: [NETWORK],
  check: ({ aws }) =>
    (aws?.network?.subnets ?? []).flatMap(({ availabilityZone }, index) =>
      availabilityZone.slice(0, -1) === aws?.region
        ? []
        : [mistakeAt(["aws", "network", "subnets", index, "availabilityZone"], `must be a zone of ${aws?.region}, got "${availabilityZone}"`)],
    ),
};

const addressInSubnet: Rule = {
  id: "address-in-subnet",
  needs: [NETWORK],
  check: (definition) =>
    eachAddress(definition, ({ address, text, subnet, range, path, isGiven }) =>
      contains(range, address)
        ? []
        : [mistakeAt(path, `must lie inside its subnet ${subnet}, got "${text}"`, isGiven ? undefined : "take a larger subnet or fewer members")],
    ),
};

const addressNotReserved: Rule = {
  id: "address-not-reserved",
  needs: [NETWORK],
  check: (definition) =>
    eachAddress(definition, ({ address, text, subnet, range, path }) =>
      isReservedByAws(range, address)
        ? [
            mistakeAt(
              path,
              `is one of the five addresses that AWS keeps in ${subnet}, got "${text}"`,
              `take ${formatIpv4(range.first + 4)} to ${formatIpv4(range.last - 1)}`,
            ),
          ]
        : [],
    ),
};

const uniqueAddresses: Rule = {
  id: "unique-addresses",
  needs: [NETWORK],
  check(definition) {
    const { aws } = definition;
    const addresses =
      aws === undefined
        ? namedMembers(definition).map(({ address }) => address)
        : placedMembers(definition, aws).map(({ resolvedAddress }) => resolvedAddress);
    return repeated(addresses).flatMap(({ index, item, first }) =>
      item === undefined ? [] : [mistakeAt(["members", index, "address"], `is the address of members[${first}] already, got "${item}"`)],
    );
  },
};

interface PlacedAddress {
  readonly address: number;
  readonly text: string;
  readonly subnet: string;
  readonly range: Ipv4Range;
  readonly path: PropertyKey[];
  readonly isGiven: boolean;
}

function eachAddress<T>(definition: ParsedDefinition, visit: (placed: PlacedAddress) => T[]): T[] {
  if (definition.aws === undefined) return [];
  return placedMembers(definition, definition.aws).flatMap((member, index) => {
    const address = parseIpv4(member.resolvedAddress);
    if (!address.ok) return [];
    const isGiven = member.address !== undefined;
    const path = isGiven ? ["members", index, "address"] : ["members"];
    return visit({ address: address.value, text: member.resolvedAddress, subnet: member.subnet.cidr, range: member.range, path, isGiven });
  });
}

function rangeOf(cidr: string): Ipv4Range | undefined {
  const range = parseCidr(cidr);
  return range.ok ? range.value : undefined;
}

const clientAccess: Rule = {
  id: "client-access-said",
  needs: [["aws", "clientAccess"]],
  check({ aws }) {
    const { cidrs = [], securityGroupIds = [] } = aws?.clientAccess ?? {};
    return aws?.network?.vpcId !== undefined && cidrs.length + securityGroupIds.length === 0
      ? [mistakeAt(["aws", "clientAccess"], "is missing; with an existing VPC it has to say who may connect", "list cidrs, securityGroupIds or both")]
      : [];
  },
};

export const awsNetworkRules: readonly Rule[] = [
  awsIsThere,
  vpcSize,
  subnetsFit,
  subnetIds,
  zonesInRegion,
  addressInSubnet,
  addressNotReserved,
  uniqueAddresses,
  clientAccess,
];
