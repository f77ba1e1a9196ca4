import { block, refusing, table } from "./nft-text";

export const PARTITIONS = "partitions";

/** Pairs of addresses, sender first, between which nothing passes. */
export const CUT_OFF_PAIRS = "cut-off-pairs";

/**
 * A table of its own, so that a change of the VPC does not mend what is cut. A packet has to get through this and the VPC's filter;
 * here nothing counts as known.
 */
export function partitions(): string {
  return table(PARTITIONS, [
    block(`set ${CUT_OFF_PAIRS}`, ["type ipv4_addr . ipv4_addr"]),
    ...refusing("cut-off"),
    block("chain forward", [
      "type filter hook forward priority filter - 1; policy accept;",
      `ip saddr . ip daddr @${CUT_OFF_PAIRS} goto cut-off`,
    ]),
  ]);
}
