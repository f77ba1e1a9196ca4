import { addressSet, block, comment, refusing, table } from "./nft-text";
import type { Peer, PlannedGroup, PlannedRule } from "./planned-groups";
import type { VpcPlan } from "./vpc-plan";

export const VPC_TABLE = "vpc";

/** Amazon's own, on link-local addresses: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
export const RESOLVER_ADDRESS = "169.254.169.253";
const METADATA_ADDRESS = "169.254.169.254";
const TIME_ADDRESS = "169.254.169.123";

const WAY_TO_S3 = "way-to-s3";
const WAY_TO_INTERNET = "way-to-internet";

/**
 * The VPC's router, for nftables: routes of the route tables, then the sender's security groups, then the receiver's. It takes the
 * place of the one before, without a moment in between.
 *
 * What passes between machines is forwarded. What a machine says to S3 and to Amazon's own services is input here, and what the
 * operator says to a machine is output. The way to nobody – an address that no machine with power and a cable has – leads to
 * loopback.
 */
export function packetFilter(plan: VpcPlan): string {
  const body = table(VPC_TABLE, [
    ...namedAddresses(plan),
    ...refusing("no-route"),
    ...refusing("refused-egress"),
    ...refusing("refused-ingress"),
    ...refusing("nobody-there"),
    routeTables(plan),
    block("chain known", ['oifname "lo" goto nobody-there', "accept"]),
    senders(plan),
    receivers(plan),
    forwarded(),
    input(plan),
    output(plan),
  ]);
  return `table ip ${VPC_TABLE}\ndelete table ip ${VPC_TABLE}\n\n${body}`;
}

function namedAddresses({ securityGroups, s3, interfaces }: VpcPlan): string[] {
  const peers = securityGroups.flatMap(({ rules }) => rules.map(({ peer }) => peer));
  const otherGroups = peers.filter(
    (peer) => peer.kind === "security group" && securityGroups.every(({ id }) => id !== peer.id),
  );
  const lists = peers.filter((peer) => peer.kind === "prefix list" && peer.id !== s3.prefixListId);
  const others = new Map([...otherGroups, ...lists].map((peer) => [nameOf(peer), peer] as const));
  const who = (has: (one: VpcPlan["interfaces"][number]) => boolean): string[] =>
    interfaces.filter(has).map(({ address }) => address);
  return [
    ...securityGroups.map(({ id, name, addresses }) => addressSet(id, addresses, `security group ${name}`)),
    ...[...others].map(([name, { kind, cidrs }]) => addressSet(name, cidrs, kind)),
    addressSet(s3.prefixListId, s3.cidrs, "prefix list of S3"),
    addressSet(
      WAY_TO_S3,
      who(({ hasWayToS3 }) => hasWayToS3),
      "by their route tables",
    ),
    addressSet(
      WAY_TO_INTERNET,
      who(({ hasWayToInternet }) => hasWayToInternet),
      "by their route tables",
    ),
  ];
}

/** Routes have no memory: who loses his way to S3 loses it for open connections, too. */
function routeTables({ cidr, s3 }: VpcPlan): string {
  return block("chain by-route-table", [
    `ip daddr ${cidr} return comment "local"`,
    `ip daddr @${s3.prefixListId} ip saddr @${WAY_TO_S3} return`,
    `ip saddr @${WAY_TO_INTERNET} return`,
    "goto no-route",
  ]);
}

function senders({ securityGroups }: VpcPlan): string {
  return block("chain out-of-sender", [
    ...rulesOf(securityGroups, "egress").map(
      ([group, rule]) =>
        `ip saddr @${group.id} ip daddr ${matchOf(rule)} goto into-receiver ${aboutOf(rule)}`,
    ),
    "goto refused-egress",
  ]);
}

function receivers({ securityGroups, s3 }: VpcPlan): string {
  return block("chain into-receiver", [
    'oifname "lo" goto nobody-there',
    `ip daddr ${s3.address} accept comment "S3 has no security group"`,
    ...rulesOf(securityGroups, "ingress").map(
      ([group, rule]) => `ip daddr @${group.id} ip saddr ${matchOf(rule)} accept ${aboutOf(rule)}`,
    ),
    "goto refused-ingress",
  ]);
}

function forwarded(): string {
  return block("chain forward", [
    "type filter hook forward priority filter; policy drop;",
    'ip daddr 169.254.0.0/16 drop comment "services of Amazon that are not here"',
    "jump by-route-table",
    "ct state established,related goto known",
    "ct state invalid drop",
    "goto out-of-sender",
  ]);
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html#security-group-basics */
function input({ resolverAddress }: VpcPlan): string {
  const unfiltered = comment("security groups do not filter it");
  return block("chain input", [
    "type filter hook input priority filter; policy drop;",
    'iifname "lo" accept',
    `udp sport 68 udp dport 67 accept ${unfiltered}`,
    'fib daddr type { broadcast, multicast } drop comment "a VPC has none"',
    `ip daddr { ${resolverAddress}, ${RESOLVER_ADDRESS} } meta l4proto { tcp, udp } th dport 53 accept ${unfiltered}`,
    `ip daddr ${METADATA_ADDRESS} tcp dport 80 accept ${unfiltered}`,
    `ip daddr ${TIME_ADDRESS} udp dport 123 accept ${unfiltered}`,
    "jump by-route-table",
    "ct state established,related accept",
    "ct state invalid drop",
    "goto out-of-sender",
  ]);
}

/** The operator has no security group, and may send what he likes; everything else in here has no business with the VPC. */
function output({ cidr }: VpcPlan): string {
  return block("chain output", [
    "type filter hook output priority filter; policy accept;",
    'oifname "lo" fib daddr type local accept',
    `ip daddr != ${cidr} accept`,
    "udp sport 67 udp dport 68 accept",
    "ct state established,related goto known",
    "goto into-receiver",
  ]);
}

function rulesOf(
  groups: readonly PlannedGroup[],
  direction: PlannedRule["direction"],
): [PlannedGroup, PlannedRule][] {
  return groups.flatMap((group) =>
    group.rules
      .filter((rule) => rule.direction === direction)
      .map((rule) => [group, rule] as [PlannedGroup, PlannedRule]),
  );
}

/** The other end, and what may be said to it. */
function matchOf({ peer, protocol, ports }: PlannedRule): string {
  return [nameOf(peer, "@"), protocolMatch(protocol, ports)].filter((part) => part !== "").join(" ");
}

function nameOf(peer: Peer, prefix = ""): string {
  return peer.kind === "range" ? peer.cidrs[0] : `${prefix}${peer.id}`;
}

function protocolMatch(protocol: string, ports: PlannedRule["ports"]): string {
  if (protocol === "-1") return "";
  if (protocol === "icmp") {
    const type = ports === null ? "" : ` icmp type ${ports.from}`;
    const code = ports === null || ports.to === -1 ? "" : ` icmp code ${ports.to}`;
    return `meta l4proto icmp${type}${code}`;
  }
  if (ports === null) return `meta l4proto ${protocol}`;
  return `${protocol} dport ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
}

function aboutOf({ id, description }: PlannedRule): string {
  return comment(description === null ? id : `${id}: ${description}`);
}
