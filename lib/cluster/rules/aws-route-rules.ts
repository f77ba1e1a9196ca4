import { isPrivate, parseIpv4 } from "../ipv4";
import { mistakeAt, repeated, type Rule } from "./rule";

const NETWORK = ["aws", "network"];

const internetOfNewVpc: Rule = {
  id: "internet-is-of-a-new-vpc",
  needs: ["aws.network.vpcId"],
  check({ aws }) {
    const { vpcId, internet } = aws?.network ?? {};
    return vpcId !== undefined && internet !== undefined
      ? [
          mistakeAt(
            [...NETWORK, "internet"],
            `is for a new VPC, and vpcId names an existing one, got "${internet}"`,
            "remove it: the route tables of the existing subnets say where they lead",
          ),
        ]
      : [];
  },
};

const routeTablesOfExistingVpc: Rule = {
  id: "route-tables-are-of-an-existing-vpc",
  needs: ["aws.network.vpcId"],
  check({ aws }) {
    const { vpcId, routeTableIds } = aws?.network ?? {};
    const path = [...NETWORK, "routeTableIds"];
    if (routeTableIds === undefined) return [];
    if (vpcId === undefined) {
      return [
        mistakeAt(
          path,
          "belongs to an existing VPC; a new one has route tables of its own",
          "remove it, or add network.vpcId",
        ),
      ];
    }
    return repeated(routeTableIds).map(({ index, item, first }) =>
      mistakeAt(
        [...path, index],
        `is the same as routeTableIds[${first}], got "${item}"`,
        "list each route table once",
      ),
    );
  },
};

/** The default network has no route but those inside it and the one to S3. */
const downloadNeedsWayOut: Rule = {
  id: "download-needs-a-way-out",
  needs: ["aws.network.vpcId", "aws.network.internet", "etcd.downloadBaseUrl"],
  check({ etcd, aws }, target) {
    const { vpcId, internet = "none" } = aws?.network ?? {};
    if (target !== "aws" || aws === undefined || etcd?.source !== "download") return [];
    if (vpcId !== undefined || internet !== "none" || isNear(etcd.downloadBaseUrl)) return [];
    return [
      mistakeAt(
        ["etcd", "source"],
        'must not be "download" here: members in a new VPC without a way out reach nothing but S3',
        "take source: bucket, or set aws.network.internet to nat or public; a mirror at a private IPv4 address in downloadBaseUrl would do too",
      ),
    ];
  },
};

/** An address that needs no internet; where a name leads is only known inside the VPC. */
function isNear(downloadBaseUrl: string | undefined): boolean {
  if (downloadBaseUrl === undefined) return false;
  const address = parseIpv4(new URL(downloadBaseUrl).hostname);
  return address.ok && isPrivate(address.value);
}

export const awsRouteRules: readonly Rule[] = [
  internetOfNewVpc,
  routeTablesOfExistingVpc,
  downloadNeedsWayOut,
];
