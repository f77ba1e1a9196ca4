import { describe, expect, it } from "vitest";
import {
  contains,
  containsRange,
  formatCidr,
  formatIpv4,
  isReservedByAws,
  overlap,
  parseCidr,
  parseIpv4,
  subRange,
  type Ipv4Range,
} from "../../lib/cluster/ipv4";

function range(text: string): Ipv4Range {
  const parsed = parseCidr(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

function address(text: string): number {
  const parsed = parseIpv4(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

describe("an address", () => {
  it.each([
    ["0.0.0.0", 0],
    ["10.40.0.10", 170_393_610],
    ["127.0.0.1", 2_130_706_433],
    ["255.255.255.255", 4_294_967_295],
  ])("%s is the number %i, and back", (text, number) => {
    expect(parseIpv4(text)).toEqual({ ok: true, value: number });
    expect(formatIpv4(number)).toBe(text);
  });

  it.each([
    "",
    " ",
    "10.0.0",
    "10.0.0.256",
    "10.0.0.0.1",
    "010.0.0.1",
    "0x0a.0.0.1",
    "10.0.0.1 ",
    "a.b.c.d",
    "10.0.0.1/32",
    "1e1.0.0.1",
    "-1.0.0.1",
    "١.0.0.1",
  ])("is refused when it is %j", (text) => {
    expect(parseIpv4(text)).toEqual({
      ok: false,
      message: `must be an IPv4 address like 10.40.0.10, got ${JSON.stringify(text)}`,
    });
  });

  it.each(["::1", "fe80::1", "::ffff:10.0.0.1"])("is refused as IPv6 when it is %s", (text) => {
    expect(parseIpv4(text)).toEqual({
      ok: false,
      message: `must be an IPv4 address like 10.40.0.10, got the IPv6 address "${text}"`,
    });
  });
});

describe("a range", () => {
  it.each([
    ["0.0.0.0/0", 0, 4_294_967_295],
    ["10.0.0.0/8", 167_772_160, 184_549_375],
    ["10.40.0.0/28", 170_393_600, 170_393_615],
    ["10.40.0.7/32", 170_393_607, 170_393_607],
    ["255.255.255.255/32", 4_294_967_295, 4_294_967_295],
  ])("%s goes from %i to %i, and is written as it was read", (text, first, last) => {
    expect(range(text)).toMatchObject({ first, last });
    expect(formatCidr(range(text))).toBe(text);
  });

  it.each([
    ["10.0.0.1/24", "must have no host bits set", 'did you mean "10.0.0.0/24"?'],
    ["255.255.255.255/0", "must have no host bits set", 'did you mean "0.0.0.0/0"?'],
    [
      "10.0.0.77",
      "must have a prefix length",
      '"10.0.0.77/32" is this one address, "10.0.0.0/24" are the 256 around it',
    ],
    ["10.0.0.0/33", "must have a prefix length from 0 to 32", undefined],
    ["10.0.0.0/", "must have a prefix length from 0 to 32", undefined],
    ["10.0.0.0/-1", "must have a prefix length from 0 to 32", undefined],
    ["10.0.0.0/ 8", "must have a prefix length from 0 to 32", undefined],
    ["10.0.0.0/8/8", "must be an IPv4 range like 10.40.0.0/24", undefined],
    ["/8", "must be an IPv4 range like 10.40.0.0/24", undefined],
    ["", "must be an IPv4 range like 10.40.0.0/24", undefined],
    ["10.0.0/8", "must be an IPv4 range like 10.40.0.0/24", undefined],
  ])("is refused when it is %j", (text, must, remedy) => {
    expect(parseCidr(text)).toEqual({
      ok: false,
      message: `${must}, got ${JSON.stringify(text)}`,
      ...(remedy === undefined ? {} : { remedy }),
    });
  });

  it("is refused as IPv6", () => {
    expect(parseCidr("fd00::/8")).toEqual({
      ok: false,
      message: 'must be an IPv4 range like 10.40.0.0/24, got the IPv6 range "fd00::/8"',
    });
  });

  it("contains its first and last address and none beside them", () => {
    const inside = range("10.40.1.0/24");
    expect(
      ["10.40.0.255", "10.40.1.0", "10.40.1.255", "10.40.2.0"].map((text) => contains(inside, address(text))),
    ).toEqual([false, true, true, false]);
  });

  it.each([
    ["10.40.0.0/16", "10.40.1.0/24", true, true],
    ["10.40.1.0/24", "10.40.0.0/16", false, true],
    ["10.40.0.0/24", "10.40.1.0/24", false, false],
    ["10.40.0.0/24", "10.40.0.0/24", true, true],
    ["0.0.0.0/0", "255.255.255.255/32", true, true],
  ])("%s beside %s: contains it %s, overlaps it %s", (outer, inner, isContained, overlaps) => {
    expect(containsRange(range(outer), range(inner))).toBe(isContained);
    expect(overlap(range(outer), range(inner))).toBe(overlaps);
    expect(overlap(range(inner), range(outer))).toBe(overlaps);
  });

  it("has sub-ranges in order", () => {
    expect([0, 1, 255].map((index) => formatCidr(subRange(range("10.40.0.0/16"), 24, index)))).toEqual([
      "10.40.0.0/24",
      "10.40.1.0/24",
      "10.40.255.0/24",
    ]);
  });
});

describe("the addresses that AWS keeps in 10.40.0.0/28", () => {
  it("are the first four and the last", () => {
    const subnet = range("10.40.0.0/28");
    const kept = Array.from({ length: 18 }, (_, index) => subnet.first - 1 + index).filter((number) =>
      isReservedByAws(subnet, number),
    );
    expect(kept.map(formatIpv4)).toEqual(["10.40.0.0", "10.40.0.1", "10.40.0.2", "10.40.0.3", "10.40.0.15"]);
  });
});
