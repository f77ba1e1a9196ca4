import type { LeafPurpose } from "./plan";

/** Extended key usages by their names in RFC 5280. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12 */
export const USAGES = { serverAuth: "1.3.6.1.5.5.7.3.1", clientAuth: "1.3.6.1.5.5.7.3.2" } as const;
export type Usage = keyof typeof USAGES;

/** A member dials with its server certificate too: its own HTTP gateway does, and peers talk to each other in both directions. */
export function usagesOf(purpose: LeafPurpose): Usage[] {
  return purpose === "client" ? ["clientAuth"] : ["serverAuth", "clientAuth"];
}
