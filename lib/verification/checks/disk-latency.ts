import type { CheckContext, Check, Finding } from "../check";
import { judgeMetrics, type Measured } from "../judge-metrics";
import { pause, settle } from "../../client";
import type { Histogram } from "../questions/histogram";
import { memberMetrics, type Metrics } from "../questions/metrics";

/** etcd's advice for the 99th percentiles: https://etcd.io/docs/v3.5/faq/#performance */
const writes = [
  // "failed to send out heartbeat on time": "p99 duration should be less than 10ms"
  { name: "WAL fsync", metric: "etcd_disk_wal_fsync_duration_seconds", limitMs: 10 },
  // "apply entries took too long": "p99 duration should be less than 25ms"
  { name: "backend commit", metric: "etcd_disk_backend_commit_duration_seconds", limitMs: 25 },
] as const;
type Write = (typeof writes)[number];

const QUANTILE = 0.99;
/** With fewer, the 99th percentile is just the slowest of all: one hiccup while the member started would be a slow disk. */
const MIN_OBSERVATIONS = 100;
/** How long to watch a disk that has been slow: a disk that is well syncs some hundred times under load in this time. */
const WINDOW_MS = 1000;
const MIN_WINDOW_MS = 300;
/** What every question of a second round has at least. */
const SCRAPE_MS = 800;

/**
 * A slow disk is a warning and never a failure: the cluster does its work, and where it does not any more, other checks run into
 * their deadlines. The histograms count since the process started, so only a member with a bad history is looked at for a moment
 * longer, whether it is bad now; that needs a busy member, and says nothing of one that has become slow only just now: that is
 * what monitoring is for, with the alerts of etcd's own mixin (contrib/mixin/mixin.libsonnet: fsync above 0.5 s, commit above
 * 0.25 s for ten minutes).
 */
export const diskLatency: Check = {
  id: "disk-latency",
  title: "no member measures a disk that is too slow for etcd",
  run: (context) => judgeMetrics(context, (member) => judge(context, member)),
};

async function judge(context: CheckContext, member: Measured): Promise<Finding[]> {
  const { target, measured } = member;
  const everSlow = writes.some((write) => isSlow(write, measured.histogram(write.metric)));
  const later = everSlow ? await measureAgain(context, member) : undefined;
  const verdicts = writes.map((write) => judgeDisk(write, measured, later));
  const slow = verdicts.filter(({ outcome }) => outcome === "warned");
  return slow.length > 0
    ? slow.map((finding) => ({ ...finding, target }))
    : [{ outcome: "passed", target, reason: verdicts.map(({ reason }) => reason).join(", ") }];
}

async function measureAgain(context: CheckContext, { target }: Measured): Promise<Metrics | undefined> {
  const windowMs = Math.min(WINDOW_MS, context.budgetMs() - SCRAPE_MS);
  if (windowMs < MIN_WINDOW_MS || !(await pause(windowMs, context.signal))) return undefined;
  const answer = await settle(memberMetrics(target, context.tls, context.budgetMs()));
  return answer.ok ? answer.value : undefined;
}

const isSlow = ({ limitMs }: Write, histogram: Histogram | undefined): boolean =>
  histogram !== undefined &&
  histogram.count >= MIN_OBSERVATIONS &&
  (histogram.quantile(QUANTILE) ?? 0) * 1000 >= limitMs;

/** What one histogram says, `later` being a second look at it. */
export function judgeDisk(write: Write, first: Metrics, later: Metrics | undefined): Finding {
  const { name, metric, limitMs } = write;
  const total = first.histogram(metric);
  if (total === undefined) return { outcome: "passed", reason: `${name} is not measured by this release` };
  if (total.count < MIN_OBSERVATIONS) {
    const reason = `${name}: only ${total.count} since it started, ${MIN_OBSERVATIONS} are needed for a p99`;
    return { outcome: "passed", reason };
  }
  const sinceStart = `${p99(total)} over ${total.count} since it started${startedAt(first)}`;
  if (!isSlow(write, total)) return { outcome: "passed", reason: `${name} p99 ${sinceStart}` };

  const recent = later?.histogram(metric)?.since(total);
  const isBusy = recent !== undefined && recent.count >= MIN_OBSERVATIONS;
  const now = isBusy ? `${p99(recent)} over the last ${recent.count}, ` : "";
  if (isBusy && !isSlow(write, recent)) {
    return { outcome: "passed", reason: `${name} p99 ${now}though ${sinceStart}` };
  }
  return {
    outcome: "warned",
    reason: `${name} p99 ${now}${sinceStart}; etcd wants less than ${limitMs} ms`,
    remedy:
      "Give etcd a faster disk (SSD) that it shares with nobody, measured with `fio --fdatasync=1`; if the disk is fast enough, more CPU. Counted anew after a restart.",
  };
}

const p99 = (histogram: Histogram): string => {
  const ms = (histogram.quantile(QUANTILE) ?? 0) * 1000;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
};

/** ` (2026-11-24 01:49 UTC)` */
function startedAt(metrics: Metrics): string {
  const seconds = metrics.value("process_start_time_seconds");
  if (seconds === undefined) return "";
  const [day, time] = new Date(seconds * 1000).toISOString().split("T");
  return ` (${day} ${time?.slice(0, 5)} UTC)`;
}
