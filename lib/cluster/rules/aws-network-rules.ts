import { containsRange, formatCidr, overlap, parseCidr, type Ipv4Range } from "../ipv4";
import { natSubnetCidr, newVpcCidr, SMALLEST_SUBNET_PREFIX } from "../members";
import { mistakeAt, repeated, type Rule } from "./rule";

/** AWS's own bounds. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const LARGEST_NETWORK = 16;
/** Room for three /28 subnets and some to spare. */
const SMALLEST_NEW_VPC = 24;

/** Loopback, link-local and multicast addresses, and those that stand for "this network"; AWS refuses them. */
const SPECIAL_RANGES = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"];

const awsIsThere: Rule = {
  id: "aws-needed-for-target-aws",
  needs: ["aws"],
  check: ({ aws }, target) =>
    target === "aws" && aws === undefined
      ? [
          mistakeAt(
            ["aws"],
            "is missing; the target aws needs it",
            "at least: aws: { region: eu-central-1 } – or take the target local",
          ),
        ]
      : [],
};

const vpcSize: Rule = {
  id: "vpc-size",
  needs: ["aws.network.vpcId"],
  check({ aws }) {
    const cidr = aws?.network?.cidr;
    const range = rangeOf(cidr);
    if (range === undefined) return [];
    const path = ["aws", "network", "cidr"];
    if (aws?.network?.vpcId !== undefined) {
      return [
        mistakeAt(
          path,
          `is for a new VPC, and vpcId names an existing one, got "${cidr}"`,
          "remove one of the two",
        ),
      ];
    }
    if (range.prefixLength < LARGEST_NETWORK || range.prefixLength > SMALLEST_NEW_VPC)
      return [mistakeAt(path, `must be between /${LARGEST_NETWORK} and /${SMALLEST_NEW_VPC}, got "${cidr}"`)];
    const special = SPECIAL_RANGES.find((candidate) => {
      const specialRange = rangeOf(candidate);
      return specialRange !== undefined && overlap(specialRange, range);
    });
    return special === undefined
      ? []
      : [
          mistakeAt(
            path,
            `is of ${special}, which no VPC can have, got "${cidr}"`,
            "take a private range, for example 10.40.0.0/16",
          ),
        ];
  },
};

const subnetsFit: Rule = {
  id: "subnets-fit",
  needs: ["aws.network.vpcId", "aws.network.cidr", "aws.network.internet", "aws.network.subnets[].cidr"],
  check({ aws }) {
    if (aws === undefined) return [];
    const vpc = rangeOf(newVpcCidr(aws));
    const nat =
      aws.network?.internet === "nat" && vpc !== undefined && vpc.prefixLength <= SMALLEST_NEW_VPC
        ? rangeOf(natSubnetCidr(formatCidr(vpc)))
        : undefined;
    const subnets = aws.network?.subnets ?? [];
    const ranges = subnets.map(({ cidr }) => rangeOf(cidr));
    return subnets.flatMap(({ cidr }, index) => {
      const range = ranges[index];
      if (range === undefined) return [];
      const at = (message: string, remedy?: string) =>
        mistakeAt(["aws", "network", "subnets", index, "cidr"], `${message}, got "${cidr}"`, remedy);
      const isTooLargeOrSmall =
        range.prefixLength < LARGEST_NETWORK || range.prefixLength > SMALLEST_SUBNET_PREFIX;
      const other = ranges.findIndex(
        (candidate, before) => before < index && candidate !== undefined && overlap(candidate, range),
      );
      return [
        ...(isTooLargeOrSmall
          ? [at(`must be between /${LARGEST_NETWORK} and /${SMALLEST_SUBNET_PREFIX}`)]
          : []),
        ...(vpc !== undefined && !containsRange(vpc, range)
          ? [at(`must lie inside the VPC ${formatCidr(vpc)}`, "change it or aws.network.cidr")]
          : []),
        ...(nat !== undefined && overlap(nat, range)
          ? [at(`overlaps the NAT gateway's subnet ${formatCidr(nat)}`, "leave the last /28 of the VPC free")]
          : []),
        ...(other >= 0 ? [at(`overlaps subnets[${other}] (${subnets[other]?.cidr})`)] : []),
      ];
    });
  },
};

const subnetIds: Rule = {
  id: "subnet-ids-follow-the-vpc",
  needs: ["aws.network.vpcId"],
  check({ aws }) {
    const { vpcId, subnets } = aws?.network ?? {};
    const path = ["aws", "network", "subnets"];
    if (vpcId !== undefined && subnets === undefined) {
      return [
        mistakeAt(
          path,
          "is missing; an existing VPC needs its subnets",
          "list each with id, cidr and availabilityZone",
        ),
      ];
    }
    const ids = (subnets ?? []).map(({ id }) => id);
    const misplaced = ids.flatMap((id, index) => {
      if (vpcId !== undefined && id === undefined) {
        return [
          mistakeAt(
            [...path, index, "id"],
            "is missing; the subnets of an existing VPC exist too",
            "add the subnet's id",
          ),
        ];
      }
      if (vpcId !== undefined || id === undefined) return [];
      return [
        mistakeAt(
          [...path, index, "id"],
          `belongs to an existing VPC, got "${id}"`,
          "add network.vpcId, or remove the id to create the subnet",
        ),
      ];
    });
    const twice = repeated(ids).flatMap(({ index, item, first }) =>
      item === undefined
        ? []
        : [
            mistakeAt(
              [...path, index, "id"],
              `is the id of subnets[${first}] already, got "${item}"`,
              "list each subnet once",
            ),
          ],
    );
    return [...misplaced, ...twice];
  },
};

const zonesInRegion: Rule = {
  id: "zones-in-region",
  needs: ["aws.region"],
  check: ({ aws }) =>
    (aws?.network?.subnets ?? []).flatMap(({ availabilityZone }, index) =>
      availabilityZone.slice(0, -1) === aws?.region
        ? []
        : [
            mistakeAt(
              ["aws", "network", "subnets", index, "availabilityZone"],
              `must be a zone of ${aws?.region}, got "${availabilityZone}"`,
              `for example ${aws?.region}a`,
            ),
          ],
    ),
};

function rangeOf(cidr: string | undefined): Ipv4Range | undefined {
  const range = cidr === undefined ? undefined : parseCidr(cidr);
  return range?.ok === true ? range.value : undefined;
}

export const awsNetworkRules: readonly Rule[] = [awsIsThere, vpcSize, subnetsFit, subnetIds, zonesInRegion];
