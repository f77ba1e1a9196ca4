/**
 * Texts of failures after which a write is certainly nowhere: it was not sent, or etcd turned it down before it proposed it to the
 * others. Everything else may have been taken. That goes also for `mvcc: database space exceeded`: the write that crosses the
 * quota is applied, and fails nevertheless
 * (https://github.com/etcd-io/etcd/blob/v3.5.16/server/etcdserver/apply.go, quotaApplierV3).
 *
 * Patterns over text, because etcd3 drops gRPC's code.
 */
const NEVER_PROPOSED = [
  /No connection established/,
  /Name resolution failed/,
  /Channel closed before call started/,
  // gRPC's words for a call that had no connection to go out on until its deadline.
  /Deadline exceeded after .*Waiting for LB pick/,
  /etcdserver: too many requests/,
  /etcdserver: rpc not supported for learner/,
] as const;

export function isSurelyRefused(failure: string): boolean {
  return NEVER_PROPOSED.some((pattern) => pattern.test(failure));
}
