/**
 * Why the router does not let a packet through. For each reason the packet filter has a set of that name, in which it notes whose
 * packets those were: what it logs would not be seen, since the kernel logs for the first network namespace alone.
 * @see https://docs.kernel.org/networking/nf_conntrack-sysctl.html (nf_log_all_netns)
 */
export const REFUSAL_REASONS = [
  "cut-off",
  "no-route",
  "refused-egress",
  "refused-ingress",
  "nobody-there",
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];
