import { contains } from "../../../lib/cluster/ipv4";
import { rangeOf } from "./addresses";
import type { PlannedRule } from "./planned-groups";
import { REFUSAL_REASONS, type RefusalReason } from "./refusal-reasons";
import type { PlannedInterface, VpcPlan } from "./vpc-plan";

/** Packets from one address to another that the router did not let through. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  /** The destination's; `null` for a protocol that has none. */
  readonly port: number | null;
  /** All of it in one line, with the rules that are missing. */
  readonly message: string;
}

export type NotedPackets = Omit<Refusal, "message">;

/** What `nft --json list sets` prints, as far as it is read here. https://manpages.debian.org/libnftables-json.5 */
interface NftSets {
  readonly nftables: readonly {
    readonly set?: { readonly name: string; readonly elem?: readonly unknown[] };
  }[];
}

interface Concatenation {
  readonly concat: readonly [source: string, destination: string, protocol: string | number, port: number];
}

export function notedPackets(nftJson: string): NotedPackets[] {
  const { nftables } = JSON.parse(nftJson) as NftSets;
  return nftables.flatMap(({ set }) => {
    const reason = REFUSAL_REASONS.find((one) => one === set?.name);
    return reason === undefined ? [] : (set?.elem ?? []).map((element) => packetsOf(element, reason));
  });
}

function packetsOf(element: unknown, reason: RefusalReason): NotedPackets {
  const [source, destination, protocol, port] = (element as Concatenation).concat;
  return { reason, source, destination, protocol: String(protocol), port: port === 0 ? null : port };
}

export function explain(packets: NotedPackets, plan: VpcPlan): Refusal {
  const { source, destination, protocol, port, reason } = packets;
  const what = port === null ? protocol : `${protocol}/${port}`;
  const sender = plan.interfaces.find(({ address }) => address === source);
  const receiver = plan.interfaces.find(({ address }) => address === destination);
  const way = `${placeOf(source, sender, plan)} -> ${placeOf(destination, receiver, plan)} ${what}`;
  return { ...packets, message: `${way} refused: ${why(reason, sender, receiver, packets, plan)}` };
}

function why(
  reason: RefusalReason,
  sender: PlannedInterface | undefined,
  receiver: PlannedInterface | undefined,
  { source, destination }: NotedPackets,
  plan: VpcPlan,
): string {
  switch (reason) {
    case "cut-off":
      return "the two are cut off from each other";
    case "no-route":
      return `the route table of ${sender?.subnet.id ?? `the subnet of ${source}`} has no way there`;
    case "refused-egress":
      return `no security group rule lets it out: ${groupsOf(sender, "egress", plan)}`;
    case "refused-ingress":
      return `no security group rule lets it in: ${groupsOf(receiver, "ingress", plan)}`;
    case "nobody-there":
      return contains(rangeOf(plan.cidr), rangeOf(destination).first)
        ? "one of the two has no power or no cable"
        : "what is outside the VPC is not part of the lab";
  }
}

function placeOf(address: string, host: PlannedInterface | undefined, plan: VpcPlan): string {
  if (address === plan.operatorAddress) return `${address} (operator)`;
  if (address === plan.s3.address) return `${address} (S3)`;
  const name = host?.machine ?? null;
  return name === null ? address : `${address} (${name})`;
}

function groupsOf(
  host: PlannedInterface | undefined,
  direction: PlannedRule["direction"],
  { securityGroups }: VpcPlan,
): string {
  if (host === undefined) return "no network interface has that address";
  if (host.securityGroupIds.length === 0) return "its network interface is in no security group";
  const names = host.securityGroupIds.map((id) => {
    const group = securityGroups.find((one) => one.id === id);
    return group === undefined ? id : `${group.name} (${id})`;
  });
  return `${names.join(" and ")} ${names.length === 1 ? "has" : "have"} no such ${direction} rule`;
}
