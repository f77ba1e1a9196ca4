const MS_PER_DAY = 24 * 60 * 60 * 1000;

/**
 * Ten years and one year, in ms: what kubeadm gives the CAs and certificates of its etcd.
 * https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/ (`caCertificateValidityPeriod`, `certificateValidityPeriod`)
 */
export const CA_LIFE_MS = 3650 * MS_PER_DAY;
export const LEAF_LIFE_MS = 365 * MS_PER_DAY;

/** A machine whose clock is a little behind must not find a certificate "not yet valid". */
export const BACKDATED_MS = 60_000;

/** Time for a rollout in working hours, and for one that fails. */
export const ENDS_SOON_MS = 30 * MS_PER_DAY;

/** Much longer: replacing a CA reaches every member and every client, twice, and from then on cuts short what it signs. */
export const CA_ENDS_SOON_MS = 180 * MS_PER_DAY;

/** Whole days from `now` until `end`; negative when it is over. */
export function daysUntil(end: Date, now: Date): number {
  return Math.floor((end.getTime() - now.getTime()) / MS_PER_DAY);
}

/** `2027-01-31`, UTC. */
export function formatDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
