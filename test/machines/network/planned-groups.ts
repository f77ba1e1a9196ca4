import type { AwsSecurityGroup, AwsSecurityGroupRule, AwsState } from "../../aws/support/aws-state";

export interface PlannedGroup {
  readonly id: string;
  readonly name: string;
  /** Of the interfaces in it. */
  readonly addresses: readonly string[];
  readonly rules: readonly PlannedRule[];
}

export interface PlannedRule {
  readonly id: string;
  readonly description: string | null;
  readonly direction: "ingress" | "egress";
  /** In AWS's own words: `tcp`, `udp`, `icmp`, a number, or `-1` for every protocol. */
  readonly protocol: string;
  /** `null`: all of them. For ICMP, from type to code. */
  readonly ports: { readonly from: number; readonly to: number } | null;
  readonly peer: Peer;
}

/** The other end of a rule, with the addresses that are behind its name now. */
export type Peer =
  | { readonly kind: "range"; readonly cidrs: readonly [string] }
  | { readonly kind: "security group"; readonly id: string; readonly cidrs: readonly string[] }
  | { readonly kind: "prefix list"; readonly id: string; readonly cidrs: readonly string[] };

interface InGroups {
  readonly address: string;
  readonly securityGroupIds: readonly string[];
}

/** Groups that interfaces are in, with their rules for IPv4. */
export function plannedGroups(state: AwsState, interfaces: readonly InGroups[]): PlannedGroup[] {
  const addressesIn = (groupId: string): string[] =>
    interfaces
      .filter(({ securityGroupIds }) => securityGroupIds.includes(groupId))
      .map(({ address }) => address);
  return state.securityGroups
    .map(({ id, name, rules }: AwsSecurityGroup) => ({
      id,
      name,
      addresses: addressesIn(id),
      rules: rules.flatMap((rule) => {
        const peer = peerOf(rule, state, addressesIn);
        return peer === undefined ? [] : [plannedRule(rule, peer)];
      }),
    }))
    .filter(({ addresses }) => addresses.length > 0);
}

function plannedRule(rule: AwsSecurityGroupRule, peer: Peer): PlannedRule {
  const { id, description, direction, protocol, fromPort, toPort } = rule;
  const isEverything = protocol === "-1" || fromPort === null || toPort === null || fromPort === -1;
  const ports = isEverything ? null : { from: fromPort, to: toPort };
  return { id, description, direction, protocol, ports, peer };
}

/** `undefined` for IPv6, which nobody here speaks. */
function peerOf(
  { id: ruleId, cidr, securityGroupId, prefixListId }: AwsSecurityGroupRule,
  { prefixLists }: AwsState,
  addressesIn: (groupId: string) => string[],
): Peer | undefined {
  if (cidr !== null) return cidr.includes(":") ? undefined : { kind: "range", cidrs: [cidr] };
  if (securityGroupId !== null)
    return { kind: "security group", id: securityGroupId, cidrs: addressesIn(securityGroupId) };
  const list = prefixLists.find(({ id }) => id === prefixListId);
  if (list === undefined)
    throw new Error(`the rule ${ruleId} names ${prefixListId}, which is no prefix list`);
  return { kind: "prefix list", id: list.id, cidrs: list.cidrs };
}
