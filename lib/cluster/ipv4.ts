import ipaddr from "ipaddr.js";
import { quote } from "./quote";
import type { Parsed } from "./units";

/** A range of IPv4 addresses as numbers, so that containment and overlap are comparisons. */
export interface Ipv4Range {
  readonly first: number;
  readonly last: number;
  readonly prefixLength: number;
}

const DOTTED_QUAD = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Reads `10.40.0.10`; anything else, IPv6 included, is refused with the reason. */
export function parseIpv4(text: string): Parsed<number> {
  if (ipaddr.IPv6.isValid(text)) {
    return {
      ok: false,
      message: `must be an IPv4 address like 10.40.0.10, got the IPv6 address ${quote(text)}`,
    };
  }
  if (!DOTTED_QUAD.test(text) || !ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return { ok: false, message: `must be an IPv4 address like 10.40.0.10, got ${quote(text)}` };
  }
  return { ok: true, value: toNumber(ipaddr.IPv4.parse(text)) };
}

/** Reads `10.40.0.0/24`; host bits must be zero, as AWS demands. */
export function parseCidr(text: string): Parsed<Ipv4Range> {
  const [addressText = "", prefixText, ...more] = text.split("/");
  const address = parseIpv4(addressText);
  if (!address.ok || more.length > 0) {
    const got = ipaddr.IPv6.isValid(addressText) ? `the IPv6 range ${quote(text)}` : quote(text);
    return { ok: false, message: `must be an IPv4 range like 10.40.0.0/24, got ${got}` };
  }
  if (prefixText === undefined) {
    return {
      ok: false,
      message: `must have a prefix length, got ${quote(text)}`,
      remedy: `"${text}/32" is this one address, "${formatIpv4(networkOf(address.value, 24))}/24" are the 256 around it`,
    };
  }
  const prefixLength = Number(prefixText);
  if (!/^\d{1,2}$/.test(prefixText) || prefixLength > 32) {
    return { ok: false, message: `must have a prefix length from 0 to 32, got ${quote(text)}` };
  }
  const first = networkOf(address.value, prefixLength);
  if (first !== address.value) {
    return {
      ok: false,
      message: `must have no host bits set, got ${quote(text)}`,
      remedy: `did you mean "${formatIpv4(first)}/${prefixLength}"?`,
    };
  }
  return { ok: true, value: { first, last: first + sizeOf(prefixLength) - 1, prefixLength } };
}

export function formatIpv4(address: number): string {
  return new ipaddr.IPv4([24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256)).toString();
}

export function formatCidr(range: Ipv4Range): string {
  return `${formatIpv4(range.first)}/${range.prefixLength}`;
}

export function contains(range: Ipv4Range, address: number): boolean {
  return range.first <= address && address <= range.last;
}

export function containsRange(outer: Ipv4Range, inner: Ipv4Range): boolean {
  return contains(outer, inner.first) && contains(outer, inner.last);
}

export function overlap(a: Ipv4Range, b: Ipv4Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/**
 * AWS keeps the first four addresses and the last one of every subnet.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export function isReservedByAws(subnet: Ipv4Range, address: number): boolean {
  return contains(subnet, address) && (address < subnet.first + 4 || address === subnet.last);
}

const PRIVATE: readonly string[] = ["private", "carrierGradeNat"];

/** Whether the address is of a range that nobody has on the internet (RFC 1918 and RFC 6598). */
export function isPrivate(address: number): boolean {
  return PRIVATE.includes(ipaddr.IPv4.parse(formatIpv4(address)).range());
}

/** The `index`-th range of `prefixLength` inside `range`; the caller sees to it that it exists. */
export function subRange(range: Ipv4Range, prefixLength: number, index: number): Ipv4Range {
  const size = sizeOf(prefixLength);
  const first = range.first + index * size;
  return { first, last: first + size - 1, prefixLength };
}

function sizeOf(prefixLength: number): number {
  return 2 ** (32 - prefixLength);
}

/** The first address of the network that `address` is in. */
function networkOf(address: number, prefixLength: number): number {
  return Math.floor(address / sizeOf(prefixLength)) * sizeOf(prefixLength);
}

function toNumber(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
}
