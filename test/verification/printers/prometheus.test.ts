import { expect, test } from "vitest";
import { renderPrometheus } from "../../../lib/verification";
import { hostileReport, producedBy, reportOfMany, sampleReport } from "./report";

// https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details, without timestamps.
const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\["\\n])+"`;
const line = new RegExp(
  String.raw`^(cdktf_etcd_verify_[a-z_]+)(?:\{(${label}(?:,${label})*)\})? (\d+(?:\.\d+)?)$`,
);

/** Series by metric; throws on whatever promtool would not take. */
function parse(text: string): Map<string, Map<string, number>> {
  const metrics = new Map<string, Map<string, number>>();
  let name = "";
  for (const [index, written] of text.split("\n").entries()) {
    if (written.startsWith("# HELP ")) {
      name = written.split(" ")[2] ?? "";
      expect(metrics.has(name), written).toBe(false);
      expect(text.split("\n")[index + 1]).toBe(`# TYPE ${name} gauge`);
      metrics.set(name, new Map());
    } else if (!written.startsWith("# TYPE ")) {
      const [, metric, labels = "", value] = line.exec(written) ?? [];
      expect(metric, written).toBe(name);
      expect(metrics.get(name)?.has(labels), written).toBe(false);
      metrics.get(name)?.set(labels, Number(value));
    }
  }
  return metrics;
}

test("metrics for the textfile collector", () => {
  expect(renderPrometheus(sampleReport, { producedBy })).toMatchInlineSnapshot(`
    "# HELP cdktf_etcd_verify_healthy Whether the verdict was that the cluster is healthy.
    # TYPE cdktf_etcd_verify_healthy gauge
    cdktf_etcd_verify_healthy{cluster="demo"} 0
    # HELP cdktf_etcd_verify_last_run_timestamp_seconds When the verification began.
    # TYPE cdktf_etcd_verify_last_run_timestamp_seconds gauge
    cdktf_etcd_verify_last_run_timestamp_seconds{cluster="demo"} 1795330800
    # HELP cdktf_etcd_verify_duration_seconds How long the verification took.
    # TYPE cdktf_etcd_verify_duration_seconds gauge
    cdktf_etcd_verify_duration_seconds{cluster="demo"} 2.042
    # HELP cdktf_etcd_verify_checks How many checks had this outcome.
    # TYPE cdktf_etcd_verify_checks gauge
    cdktf_etcd_verify_checks{cluster="demo",outcome="passed"} 2
    cdktf_etcd_verify_checks{cluster="demo",outcome="warned"} 1
    cdktf_etcd_verify_checks{cluster="demo",outcome="failed"} 1
    cdktf_etcd_verify_checks{cluster="demo",outcome="skipped"} 1
    # HELP cdktf_etcd_verify_check_outcome What a check found about a member or about the cluster: 0 passed, 1 warned, 2 failed, 3 skipped.
    # TYPE cdktf_etcd_verify_check_outcome gauge
    cdktf_etcd_verify_check_outcome{cluster="demo",check="member-answers",member="etcd-1",endpoint="http://127.0.0.1:2379"} 0
    cdktf_etcd_verify_check_outcome{cluster="demo",check="member-answers",member="etcd-2",endpoint="http://127.0.0.1:2479"} 2
    cdktf_etcd_verify_check_outcome{cluster="demo",check="raft-term"} 0
    cdktf_etcd_verify_check_outcome{cluster="demo",check="write-read",member="etcd-1",endpoint="http://127.0.0.1:2379"} 0
    cdktf_etcd_verify_check_outcome{cluster="demo",check="write-read",member="etcd-2",endpoint="http://127.0.0.1:2479"} 3
    cdktf_etcd_verify_check_outcome{cluster="demo",check="fragmentation",member="etcd-1",endpoint="http://127.0.0.1:2379"} 1
    cdktf_etcd_verify_check_outcome{cluster="demo",check="fragmentation",member="etcd-2",endpoint="http://127.0.0.1:2479"} 3
    cdktf_etcd_verify_check_outcome{cluster="demo",check="membership"} 3
    # HELP cdktf_etcd_verify_endpoint_up Whether the endpoint gave its status.
    # TYPE cdktf_etcd_verify_endpoint_up gauge
    cdktf_etcd_verify_endpoint_up{cluster="demo",member="etcd-1",endpoint="http://127.0.0.1:2379"} 1
    cdktf_etcd_verify_endpoint_up{cluster="demo",member="etcd-2",endpoint="http://127.0.0.1:2479"} 0
    # HELP cdktf_etcd_verify_endpoint_response_seconds How long the endpoint took to give its status, or the lack of one.
    # TYPE cdktf_etcd_verify_endpoint_response_seconds gauge
    cdktf_etcd_verify_endpoint_response_seconds{cluster="demo",member="etcd-1",endpoint="http://127.0.0.1:2379"} 0.003
    cdktf_etcd_verify_endpoint_response_seconds{cluster="demo",member="etcd-2",endpoint="http://127.0.0.1:2479"} 0.001
    # HELP cdktf_etcd_verify_endpoint_info Who answered at the endpoint.
    # TYPE cdktf_etcd_verify_endpoint_info gauge
    cdktf_etcd_verify_endpoint_info{cluster="demo",member="etcd-1",endpoint="http://127.0.0.1:2379",member_id="8e9e05c52164694d",version="3.5.16"} 1
    # HELP cdktf_etcd_verify_build_info Which program made these metrics.
    # TYPE cdktf_etcd_verify_build_info gauge
    cdktf_etcd_verify_build_info{cluster="demo",name="cdktf-etcd",version="0.1.0"} 1"
  `);
});

test("every line is valid, whatever names and errors hold", () => {
  const shape = (report: typeof sampleReport) =>
    [...parse(renderPrometheus(report, { producedBy }))].map(([name, series]) => [
      name,
      [...series.values()],
    ]);
  expect(shape(hostileReport)).toEqual(shape(sampleReport));
});

test("two findings about one member are one series with the worse of the two", () => {
  const report = reportOfMany(1, () => ({ outcome: "warned", reason: "lags" }));
  const checks = report.checks.map((check) => ({
    ...check,
    results: [...check.results, ...check.results.map((one) => ({ ...one, outcome: "failed" as const }))],
  }));
  const outcomes = parse(renderPrometheus({ ...report, checks })).get("cdktf_etcd_verify_check_outcome");
  expect([...(outcomes ?? [])].map(([, value]) => value)).toEqual([2]);
});

test("without a name of the cluster there is no label for it", () => {
  const text = renderPrometheus({ ...sampleReport, clusterName: undefined });
  expect(parse(text).get("cdktf_etcd_verify_healthy")).toEqual(new Map([["", 0]]));
});
