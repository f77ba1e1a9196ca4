import { contains, formatIpv4, isReservedByAws, parseIpv4, type Ipv4Range } from "../ipv4";
import { namedMembers, placedMembers } from "../members";
import type { ParsedDefinition } from "../schema";
import { mistakeAt, repeated, type Rule } from "./rule";

/** Where the addresses come from; a member's own wrong address is replaced by the one it would get by itself. */
const NETWORK = ["aws.network.vpcId", "aws.network.cidr", "aws.network.subnets[].cidr"];

const addressInSubnet: Rule = {
  id: "address-in-subnet",
  needs: NETWORK,
  check: (definition) =>
    eachAddress(definition, ({ address, text, subnet, range, path, isGiven }) =>
      contains(range, address)
        ? []
        : [
            mistakeAt(
              path,
              `must lie inside its subnet ${subnet}, got "${text}"`,
              isGiven
                ? "members take the subnets in turn: the first one the first subnet"
                : "take larger subnets or fewer members",
            ),
          ],
    ),
};

const addressNotReserved: Rule = {
  id: "address-not-reserved",
  needs: NETWORK,
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
  needs: [...NETWORK, "members[].address"],
  check(definition) {
    const given = namedMembers(definition).map(({ address }) => address);
    const addresses =
      definition.aws === undefined
        ? given
        : placedMembers(definition, definition.aws).map(({ resolvedAddress }) => resolvedAddress);
    return repeated(addresses).flatMap(({ index, item, first }) => {
      if (item === undefined) return [];
      // Of a given address and a counted one, the given one is what can be changed.
      const [at, other] = given[index] === undefined ? [first, index] : [index, first];
      return [
        mistakeAt(
          ["members", at, "address"],
          `is the address of members[${other}] already, got "${item}"`,
          "give each member its own address, or none at all",
        ),
      ];
    });
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
    return visit({
      address: address.value,
      text: member.resolvedAddress,
      subnet: member.subnet.cidr,
      range: member.range,
      path,
      isGiven,
    });
  });
}

export const awsAddressRules: readonly Rule[] = [addressInSubnet, addressNotReserved, uniqueAddresses];
