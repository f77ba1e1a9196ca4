import type { Check, Finding } from "../check";
import { humanizeBytes } from "../printers/humanize-bytes";
import type { MemberStatus } from "../questions/answers";
import { eachAnswering } from "./each-answering";

/**
 * When OpenShift defragments by itself: `maxFragmentedPercentage` and `minDefragBytes` (its comment says MB, it is MiB) in
 * https://github.com/openshift/cluster-etcd-operator/blob/master/pkg/operator/defragcontroller/defragcontroller.go
 */
const warnAtFreePercent = 45;
const smallestDbSizeBytes = 100 * 2 ** 20;

export const fragmentation: Check = {
  id: "fragmentation",
  title: "no database is worth defragmenting",
  run: (context) =>
    eachAnswering(context, ({ target }, status) =>
      // It refuses to be defragmented: https://etcd.io/docs/v3.5/learning/design-learner/
      status.isLearner
        ? { outcome: "skipped", reason: "a learner cannot be defragmented" }
        : judgeFragmentation(target.endpoint, status),
    ),
};

/** @param endpoint where the member is asked, for the remedy */
export function judgeFragmentation(
  endpoint: string,
  {
    dbSizeBytes,
    dbSizeInUseBytes,
    isLeader,
  }: Pick<MemberStatus, "dbSizeBytes" | "dbSizeInUseBytes" | "isLeader">,
): Finding {
  const freePercent =
    dbSizeBytes === 0 ? 0 : Math.floor((100 * (dbSizeBytes - dbSizeInUseBytes)) / dbSizeBytes);
  const reason = `${freePercent} % of ${humanizeBytes(dbSizeBytes)} are free`;
  if (freePercent < warnAtFreePercent || dbSizeBytes < smallestDbSizeBytes) {
    return { outcome: "passed", reason };
  }
  // It answers nobody meanwhile: https://etcd.io/docs/v3.5/op-guide/maintenance/#defragmentation
  const turn = isLeader
    ? "Defragment it last, being the leader"
    : "Defragment one member at a time, the leader last";
  return {
    outcome: "warned",
    reason,
    remedy: `${turn}: \`etcdctl --endpoints=${endpoint} defrag\`. It answers nobody meanwhile.`,
  };
}
