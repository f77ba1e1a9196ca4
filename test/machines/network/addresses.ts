import ipaddr from "ipaddr.js";
import { contains, formatIpv4, parseCidr, type Ipv4Range } from "../../../lib/cluster/ipv4";

/**
 * Of a range, or of one address.
 * @throws Error when it is neither, in IPv4
 */
export function rangeOf(text: string): Ipv4Range {
  const parsed = parseCidr(text.includes("/") ? text : `${text}/32`);
  if (!parsed.ok) throw new Error(`${text} ${parsed.message}`);
  return parsed.value;
}

/** `255.255.255.0` for `10.40.0.0/24`. */
export function netmaskOf(cidr: string): string {
  return ipaddr.IPv4.subnetMaskFromPrefixLength(rangeOf(cidr).prefixLength).toString();
}

/**
 * The highest address of a range that is in none of its parts.
 * @param wanted instead of the highest
 * @throws Error when there is none, or the wanted one is not so
 */
export function freeAddress(range: Ipv4Range, parts: readonly Ipv4Range[], wanted?: string): string {
  if (wanted !== undefined) {
    const { first } = rangeOf(wanted);
    if (!contains(range, first) || parts.some((part) => contains(part, first)))
      throw new Error(
        `the operator's address has to be in the VPC and in none of its subnets, got ${wanted}`,
      );
    return wanted;
  }
  // The last one is for broadcasts.
  let address = range.last - 1;
  for (;;) {
    const part = parts.find((one) => contains(one, address));
    if (part === undefined) break;
    address = part.first - 1;
  }
  if (address <= range.first)
    throw new Error("the subnets take all of the VPC, so that no address is left for the operator");
  return formatIpv4(address);
}
