import { answering, type Check, type CheckContext, type Finding } from "../check";
import type { Metrics } from "../questions/metrics";
import { ageMs, processAgeMs } from "./process-age";

const hourMs = 3_600_000;
/**
 * Kubernetes compacts every 5 minutes, etcd every hour at the latest if it was told to, also where it keeps more than that:
 * https://etcd.io/docs/v3.5/op-guide/maintenance/#auto-compaction. Its longest example keeps 10 hours, so that the first
 * compaction comes 10 hours after the start.
 */
const longestPauseMs = 24 * hourMs;
/** A hundred times what etcd's example of `--auto-compaction-mode=revision` keeps (same page): less is no burden. */
const burdenRevisions = 100_000n;
const lastRevision = 2n ** 63n - 1n;
/**
 * Room for a thousand restores with `--bump-revision 1000000000`, as https://etcd.io/docs/v3.5/op-guide/recovery/ advises, or
 * for a year of etcd's 30,000 to 50,000 writes a second: https://etcd.io/docs/v3.5/op-guide/performance/#benchmarks
 */
const reservedRevisions = 10n ** 12n;

const runOutRemedy =
  "Revisions cannot be taken back. Copy the keys into a new cluster, for instance with `etcdctl make-mirror`.";

export const compaction: Check = {
  id: "compaction",
  title: "the history is compacted, and there is room for more of it",
  run: async (context) => {
    const members = answering(await context.facts);
    if (members.length === 0) {
      return [{ outcome: "skipped", reason: "no member answers" }];
    }
    const revision = members
      .map(({ status }) => status.revision)
      .reduce((highest, value) => (value > highest ? value : highest));
    return [await judge(context, revision)];
  },
};

async function judge(context: CheckContext, revision: bigint): Promise<Finding> {
  const shortage = judgeRoom(revision);
  if (shortage !== undefined) return shortage;
  const histories = (await Promise.all(context.endpoints.map((endpoint) => endpoint.metrics()))).flatMap(
    (metrics) => (metrics.ok ? (historyOf(metrics.value) ?? []) : []),
  );
  // All members compact together: whoever has been running longest knows most about when.
  const [oldest] = histories.sort((one, other) => other.processAgeMs - one.processAgeMs);
  return oldest === undefined
    ? { outcome: "skipped", reason: "no member gives the metrics that tell it" }
    : judgeHistory(oldest);
}

/** @returns undefined if there is plenty of it */
export function judgeRoom(revision: bigint): Finding | undefined {
  const left = lastRevision - revision;
  if (left >= reservedRevisions) return undefined;
  const reason = `at revision ${revision}, only ${left} below the last one that there can be`;
  return { outcome: "failed", reason, remedy: runOutRemedy, lasting: true };
}

/** What one member says of the revisions that it keeps. */
export interface History {
  readonly revision: bigint;
  /** `undefined` if nothing has ever been compacted. */
  readonly compactRevision: bigint | undefined;
  readonly processAgeMs: number;
  /** For this long at least; `undefined` if it has compacted since its start and does not tell when (etcd 3.4). */
  readonly uncompactedForMs: number | undefined;
}

/** @returns undefined if it does not tell */
export function historyOf(metrics: Metrics): History | undefined {
  const sinceStartMs = processAgeMs(metrics);
  const revision = metrics.value("etcd_debugging_mvcc_current_revision");
  const compactRevision = metrics.value("etcd_debugging_mvcc_compact_revision");
  if (sinceStartMs === undefined || revision === undefined || compactRevision === undefined) return undefined;
  const compactions = metrics.histogram("etcd_debugging_mvcc_db_compaction_total_duration_milliseconds");
  // Zero: none since the start.
  const lastAtSeconds = metrics.value("etcd_debugging_mvcc_db_compaction_last") || undefined;
  return {
    revision: BigInt(Math.round(revision)),
    compactRevision: compactRevision > 0 ? BigInt(Math.round(compactRevision)) : undefined,
    processAgeMs: sinceStartMs,
    uncompactedForMs: compactions?.count === 0 ? sinceStartMs : ageMs(metrics, lastAtSeconds),
  };
}

/** Warns only if a long history has not been compacted for long: any speed of writing and any common retention is fine. */
export function judgeHistory({ revision, compactRevision, uncompactedForMs }: History): Finding {
  const kept = revision - (compactRevision ?? 0n);
  const compacted =
    compactRevision === undefined ? "never compacted" : `compacted up to revision ${compactRevision}`;
  if (kept < burdenRevisions || uncompactedForMs === undefined || uncompactedForMs < longestPauseMs) {
    return { outcome: "passed", reason: `at revision ${revision}, ${compacted}` };
  }
  const hours = Math.floor(uncompactedForMs / hourMs);
  return {
    outcome: "warned",
    reason:
      compactRevision === undefined
        ? `nothing has been compacted for ${hours} h, and all ${kept} revisions are kept`
        : `nothing has been compacted for ${hours} h, and ${kept} revisions are kept since revision ${compactRevision}`,
    remedy: `Compact with \`etcdctl compact ${revision}\` now, and set --auto-compaction-mode and --auto-compaction-retention so that etcd does it itself.`,
  };
}
