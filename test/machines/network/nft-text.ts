import type { RefusalReason } from "./refusal-reasons";

/** nftables refuses longer ones. */
const MAX_COMMENT_BYTES = 127;

/** One of a table's parts: its first line, and the lines in its braces. */
export function block(head: string, lines: readonly string[]): string {
  return [`  ${head} {`, ...lines.map((line) => `    ${line}`), "  }"].join("\n");
}

export function table(name: string, blocks: readonly string[]): string {
  return `table ip ${name} {\n${blocks.join("\n\n")}\n}\n`;
}

/** A set of addresses and ranges. One without any is empty, which matches nobody. */
export function addressSet(name: string, cidrs: readonly string[], about: string): string {
  const elements = cidrs.length === 0 ? [] : [`elements = { ${cidrs.join(", ")} }`];
  return block(`set ${name}`, [
    "type ipv4_addr",
    "flags interval",
    "auto-merge",
    comment(about),
    ...elements,
  ]);
}

/** There is no way to write a quotation mark in one. */
export function comment(text: string): string {
  let shown = text.replaceAll('"', "'");
  while (Buffer.byteLength(shown) > MAX_COMMENT_BYTES) shown = shown.slice(0, -1);
  return `comment "${shown}"`;
}

/**
 * A chain that notes whose packets it is given, and drops them. A packet that answers is noted as the one that it answers; what is
 * neither TCP nor UDP has no ports.
 */
export function refusing(reason: RefusalReason): string[] {
  const ported = "meta l4proto { tcp, udp }";
  return [
    block(`set ${reason}`, [
      "type ipv4_addr . ipv4_addr . inet_proto . inet_service",
      "flags dynamic",
      "size 4096",
    ]),
    block(`chain ${reason}`, [
      `${ported} ct direction original add @${reason} { ip saddr . ip daddr . meta l4proto . th dport }`,
      `${ported} ct direction reply add @${reason} { ip daddr . ip saddr . meta l4proto . th sport }`,
      `meta l4proto != { tcp, udp } add @${reason} { ip saddr . ip daddr . meta l4proto . 0 }`,
      "drop",
    ]),
  ];
}
