import { unanswered, type AskedEndpoint, type Check, type CheckContext, type Finding } from "../check";
import { pause, settle } from "../../client";
import { grantLease, type LeaseGrant } from "../grant-lease";

/** etcd raises it to its minimum, 1.5 election timeouts rounded up to seconds: `minTTL` in its etcdserver/server.go. */
const shortestTtlSeconds = 1;
const pollIntervalMs = 50;
/** How late it may be. etcd looks for expired leases twice a second, and a new leader starts every lease afresh. */
const graceMs = 5000;

interface Leased {
  readonly key: string;
  readonly lease: LeaseGrant;
  readonly grantedAt: number;
  /** Later than the member that granted it thinks, by the time that its answer took. */
  readonly expiresAt: number;
  /** Earlier than it thinks: by the time that the question took. */
  readonly expiresNotBefore: number;
}

export const leaseExpires: Check = {
  id: "lease-expires",
  title: "a lease expires, and takes its key away on every member",
  run: async (context) => {
    const answer = await settle(grantKey(context));
    if (!answer.ok) {
      const statuses = await Promise.all(context.endpoints.map(({ status }) => status));
      if (!statuses.some(({ ok }) => ok)) return [{ outcome: "skipped", reason: "no member answers" }];
      return [unanswered(undefined, "no lease was granted", answer.problem)];
    }
    const leased = answer.value;
    const revoke = (): Promise<unknown> => settle(leased.lease.by.client.revokeLease(leased.lease.id));
    if (await takesTooLong(context, leased)) {
      await revoke();
      const reason = `a lease takes ${leased.lease.ttlSeconds} s here, too long to wait for while a member is silent`;
      return [{ outcome: "skipped", reason }];
    }
    const findings = await Promise.all(
      context.endpoints.map((endpoint) => follow(context, endpoint, leased)),
    );
    const has = (wanted: Finding["outcome"]): boolean => findings.some(({ outcome }) => outcome === wanted);
    if (has("failed") || !has("passed")) await revoke();
    return findings;
  },
};

async function grantKey({ endpoints, keyPrefix, signal }: CheckContext): Promise<Leased> {
  const askedAt = performance.now();
  const lease = await grantLease(endpoints, shortestTtlSeconds, signal);
  const grantedAt = performance.now();
  const ttlMs = lease.ttlSeconds * 1000;
  const key = `${keyPrefix}lease`;
  await lease.by.client.put(key, lease.by.target.label, lease.id);
  return { key, lease, grantedAt, expiresAt: grantedAt + ttlMs, expiresNotBefore: askedAt + ttlMs };
}

/** Whether it outlasts the time that all questions have together; a member that is only slow makes that longer. */
async function takesTooLong({ endsAt, facts }: CheckContext, { expiresAt }: Leased): Promise<boolean> {
  const outlasts = (): boolean => expiresAt > (endsAt() ?? Infinity);
  if (!outlasts()) return false;
  await facts;
  return outlasts();
}

/** Asks one member's own database until the key is gone from it. */
async function follow(context: CheckContext, endpoint: AskedEndpoint, leased: Leased): Promise<Finding> {
  const { client, target } = endpoint;
  const { key, lease, grantedAt, expiresAt, expiresNotBefore } = leased;
  const status = await endpoint.status;
  if (!status.ok) {
    return { outcome: "skipped", target, reason: "does not answer" };
  }
  if (status.value.clusterId !== lease.clusterId) {
    return { outcome: "skipped", target, reason: `is of another cluster than ${lease.by.target.label}` };
  }
  // Gone means something only if it was there. A member that answered too late for this is not asked.
  if (!status.value.isLearner && performance.now() < (grantedAt + expiresAt) / 2) {
    const present = await settle(client.has(key));
    if (present.ok && !present.value && performance.now() < expiresNotBefore) {
      const remedy =
        "A lease must not end before its time: look for clock jumps and elections in the leader's log.";
      return { outcome: "failed", target, reason: "the key was gone before its lease ended", remedy };
    }
  }
  await pause(expiresAt - performance.now(), context.signal);
  for (;;) {
    const present = await settle(client.hasLocally(key));
    const ageSeconds = ((performance.now() - grantedAt) / 1000).toFixed(1);
    if (!present.ok) {
      return unanswered(target, "could not be asked for the key", present.problem);
    }
    if (!present.value) {
      return {
        outcome: "passed",
        target,
        reason: `gone ${ageSeconds} s after a lease of ${lease.ttlSeconds} s`,
      };
    }
    if (performance.now() > (context.endsAt() ?? Infinity)) {
      const reason = `the key is still there ${ageSeconds} s after a lease of ${lease.ttlSeconds} s; while a member is silent nobody waits longer`;
      return { outcome: "skipped", target, reason };
    }
    if (performance.now() > expiresAt + graceMs) {
      const reason = `the key is still there ${ageSeconds} s after a lease of ${lease.ttlSeconds} s`;
      const remedy = "The leader ends leases: look at its load, its disk and at elections in its log.";
      return { outcome: "failed", target, reason, remedy };
    }
    if (!(await pause(pollIntervalMs, context.signal))) {
      return { outcome: "skipped", target, reason: "interrupted" };
    }
  }
}
