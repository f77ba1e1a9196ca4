import type { Check, Finding } from "../check";
import { judgeMetrics } from "../judge-metrics";
import { humanizeBytes } from "../printers/humanize-bytes";

/** Where OpenShift warns: etcdDatabaseQuotaLowSpace in https://github.com/openshift/cluster-etcd-operator/blob/master/jsonnet/custom.libsonnet */
const warnAt = 0.75;
/** Where etcd's own alert is critical: etcdBackendQuotaLowSpace in https://github.com/etcd-io/etcd/blob/main/contrib/mixin/mixin.libsonnet */
const failAbove = 0.95;
/** "8GiB is a suggested maximum size": https://etcd.io/docs/v3.5/dev-guide/limit/#storage-size-limit */
const remedy =
  "At its quota etcd refuses every write. Compact the history and defragment member by member, delete keys, or raise --quota-backend-bytes (8 GiB at most is suggested).";

export const databaseSize: Check = {
  id: "database-size",
  title: "no database is near its quota",
  run: (context) =>
    judgeMetrics(context, ({ target, memberStatus, measured }) => {
      const { alarms, dbSizeBytes } = memberStatus;
      const quotaBytes = measured.value("etcd_server_quota_backend_bytes");
      const finding: Finding = alarms.some(({ type }) => type === "NOSPACE")
        ? { outcome: "skipped", reason: "the alarm NOSPACE is raised" }
        : judgeSize(dbSizeBytes, quotaBytes);
      return Promise.resolve([{ ...finding, target }]);
    }),
};

/** etcd compares the allocated size, free pages included: `Available` in its storage/quota.go. */
export function judgeSize(dbSizeBytes: number, quotaBytes: number | undefined): Finding {
  const size = humanizeBytes(dbSizeBytes);
  // etcd tells no quota, or zero, if it was switched off by a negative one.
  if (quotaBytes === undefined || quotaBytes <= 0) {
    return { outcome: "passed", reason: `${size}, without a quota` };
  }
  const share = dbSizeBytes / quotaBytes;
  const reason = `${size}, ${Math.floor(share * 100)} % of its quota of ${humanizeBytes(quotaBytes)}`;
  if (share > failAbove) return { outcome: "failed", reason, remedy };
  if (share >= warnAt) return { outcome: "warned", reason, remedy };
  return { outcome: "passed", reason };
}
