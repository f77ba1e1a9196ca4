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
    givenAddresses(definition).flatMap(({ address, text, subnet, range, path }) =>
      contains(range, address)
        ? []
        : [
            mistakeAt(
              path,
              `must lie inside its subnet ${subnet}, got "${text}"`,
              "members take the subnets in turn, the first member the first subnet",
            ),
          ],
    ),
};

const addressNotReserved: Rule = {
  id: "address-not-reserved",
  needs: NETWORK,
  check: (definition) =>
    givenAddresses(definition).flatMap(({ address, text, subnet, range, path }) =>
      isReservedByAws(range, address)
        ? [
            mistakeAt(
              path,
              `is one of the five addresses that AWS keeps in ${subnet}, got "${text}"`,
              `take one from ${formatIpv4(range.first + 4)} to ${formatIpv4(range.last - 1)}`,
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

interface GivenAddress {
  readonly address: number;
  readonly text: string;
  readonly subnet: string;
  readonly range: Ipv4Range;
  readonly path: PropertyKey[];
}

/** Addresses that are counted up are right by themselves: even the smallest subnet has room for seven members. */
function givenAddresses(definition: ParsedDefinition): GivenAddress[] {
  if (definition.aws === undefined) return [];
  return placedMembers(definition, definition.aws).flatMap(({ address: text, subnet, range }, index) => {
    const address = text === undefined ? undefined : parseIpv4(text);
    if (text === undefined || address?.ok !== true) return [];
    return [
      { address: address.value, text, subnet: subnet.cidr, range, path: ["members", index, "address"] },
    ];
  });
}

export const awsAddressRules: readonly Rule[] = [addressInSubnet, addressNotReserved, uniqueAddresses];
