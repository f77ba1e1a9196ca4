import type { Outcome } from "../check";
import type { VerificationReport } from "../report";
import { oneLine } from "./one-line";
import type { PrinterOptions } from "./printer-options";
import { worstOutcome } from "./worst-outcome";

interface Metric {
  /** Without the common prefix; with the unit, in Prometheus' base units. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** What has no value is left out, which is the same for Prometheus as an empty one. */
type Labels = Readonly<Record<string, string | undefined>>;

/** As the exit codes of monitoring plugins, https://www.monitoring-plugins.org/doc/guidelines.html: OK, WARNING, CRITICAL, UNKNOWN. */
const outcomeCodes: Readonly<Record<Outcome, number>> = { passed: 0, warned: 1, failed: 2, skipped: 3 };

/**
 * Metrics in Prometheus' text format, for node_exporter's textfile collector. They are all gauges and have no timestamps,
 * which the collector refuses; how old they are is a metric. A file has to be put in place by renaming it.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 * @see https://github.com/prometheus/node_exporter#textfile-collector
 */
export function renderPrometheus(report: VerificationReport, { producedBy }: PrinterOptions = {}): string {
  return metricsOf(report, producedBy)
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, samples }) => {
      const fullName = `cdktf_etcd_verify_${name}`;
      return [
        `# HELP ${fullName} ${help}`,
        `# TYPE ${fullName} gauge`,
        ...samples.map(({ labels, value }) => {
          const written = writeLabels({ cluster: report.clusterName, ...labels });
          return `${fullName}${written} ${value}`;
        }),
      ];
    })
    .join("\n");
}

function metricsOf(report: VerificationReport, producedBy: PrinterOptions["producedBy"]): Metric[] {
  const { endpoints, checks } = report;
  const one = (value: number): Sample[] => [{ labels: {}, value }];
  const ofEachEndpoint = (value: (row: (typeof endpoints)[number]) => number): Sample[] =>
    endpoints.map((row) => ({ labels: { member: row.member, endpoint: row.endpoint }, value: value(row) }));
  return [
    {
      name: "healthy",
      help: "Whether the verdict was that the cluster is healthy.",
      samples: one(report.verdict === "healthy" ? 1 : 0),
    },
    {
      name: "last_run_timestamp_seconds",
      help: "When the verification began.",
      samples: one(report.startedAt.getTime() / 1000),
    },
    {
      name: "duration_seconds",
      help: "How long the verification took.",
      samples: one(toSeconds(report.tookMs)),
    },
    {
      name: "checks",
      help: "How many checks had this outcome.",
      samples: (["passed", "warned", "failed", "skipped"] as const).map((outcome) => ({
        labels: { outcome },
        value: checks.filter((check) => check.outcome === outcome).length,
      })),
    },
    {
      name: "check_outcome",
      help: "What a check found about a member or about the cluster: 0 passed, 1 warned, 2 failed, 3 skipped.",
      samples: checks.flatMap(outcomeSamples),
    },
    {
      name: "endpoint_up",
      help: "Whether the endpoint gave its status.",
      samples: ofEachEndpoint(({ status }) => (status === undefined ? 0 : 1)),
    },
    {
      name: "endpoint_response_seconds",
      help: "How long the endpoint took to give its status, or the lack of one.",
      samples: ofEachEndpoint(({ tookMs }) => toSeconds(tookMs)),
    },
    {
      name: "endpoint_info",
      help: "Who answered at the endpoint.",
      samples: endpoints.flatMap(({ member, endpoint, status }) =>
        status === undefined
          ? []
          : [
              {
                labels: { member, endpoint, member_id: status.memberId, version: status.version },
                value: 1,
              },
            ],
      ),
    },
    {
      name: "build_info",
      help: "Which program made these metrics.",
      samples: producedBy === undefined ? [] : [{ labels: { ...producedBy }, value: 1 }],
    },
  ];
}

/** One series for each member and check, whatever the check found about it: two samples with the same labels are invalid. */
function outcomeSamples({ id, results }: VerificationReport["checks"][number]): Sample[] {
  const samples = new Map<string, { readonly labels: Labels; readonly outcomes: Outcome[] }>();
  for (const { member, endpoint, outcome } of results) {
    const key = JSON.stringify([member, endpoint]);
    const sample = samples.get(key);
    if (sample === undefined)
      samples.set(key, { labels: { check: id, member, endpoint }, outcomes: [outcome] });
    else sample.outcomes.push(outcome);
  }
  return [...samples.values()].map(({ labels, outcomes }) => ({
    labels,
    value: outcomeCodes[worstOutcome(outcomes)],
  }));
}

function writeLabels(labels: Labels): string {
  const written = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${name}="${escapeLabel(value)}"`],
  );
  return written.length === 0 ? "" : `{${written.join(",")}}`;
}

function escapeLabel(value: string): string {
  return oneLine(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

function toSeconds(ms: number): number {
  return Math.round(ms) / 1000;
}
