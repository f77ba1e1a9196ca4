import ipaddr from "ipaddr.js";

/** A range of IPv4 addresses as numbers, so that containment and overlap are comparisons. */
export interface Ipv4Range {
  readonly first: number;
  readonly last: number;
  readonly prefixLength: number;
}

type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const DOTTED_QUAD = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Reads `10.40.0.10`; anything else, IPv6 included, is refused with the reason. */
export function parseIpv4(text: string): Parsed<number> {
  if (ipaddr.IPv6.isValid(text)) {
    return { ok: false, message: `is an IPv6 address, got "${text}"; members have IPv4 addresses` };
  }
  if (!DOTTED_QUAD.test(text) || !ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return { ok: false, message: `must be an IPv4 address like 10.40.0.10, got "${text}"` };
  }
  return { ok: true, value: toNumber(ipaddr.IPv4.parse(text)) };
}

/** Reads `10.40.0.0/24`; host bits must be zero, as AWS demands. */
export function parseCidr(text: string): Parsed<Ipv4Range> {
  const slash = text.indexOf("/");
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const address = parseIpv4(addressText);
  if (!address.ok) {
    return {
      ok: false,
      message: ipaddr.IPv6.isValid(addressText)
        ? `is an IPv6 range, got "${text}"; networks are IPv4`
        : `must be an IPv4 range like 10.40.0.0/24, got "${text}"`,
    };
  }
  if (slash < 0) return { ok: false, message: `lacks its prefix length, got "${text}"; did you mean "${text}/32"?` };
  const prefixText = text.slice(slash + 1);
  const prefixLength = Number(prefixText);
  if (!/^\d{1,2}$/.test(prefixText) || prefixLength > 32) {
    return { ok: false, message: `has a prefix length outside 0 to 32, got "${text}"` };
  }
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(address.value / size) * size;
  if (first !== address.value) {
    return { ok: false, message: `has host bits set, got "${text}"; did you mean "${formatIpv4(first)}/${prefixLength}"?` };
  }
  return { ok: true, value: { first, last: first + size - 1, prefixLength } };
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

/** The `index`-th range of `prefixLength` inside `range`; the caller sees to it that it exists. */
export function subRange(range: Ipv4Range, prefixLength: number, index: number): Ipv4Range {
  const size = 2 ** (32 - prefixLength);
  const first = range.first + index * size;
  return { first, last: first + size - 1, prefixLength };
}

function toNumber(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
}
