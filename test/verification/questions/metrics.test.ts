import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Target, targetsOf } from "../../../lib/client";
import { memberMetrics, Metrics } from "../../../lib/verification/questions/metrics";
import { etcdBinaries } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";

describe("metrics as text", () => {
  const metrics = new Metrics(
    [
      "# HELP a_total says # TYPE a_bytes gauge",
      "# TYPE a_total counter",
      'a_total{kind="x"} 1',
      'a_total{kind="y",of="a \\"quoted\\" {word}"} 2e+06',
      "# HELP a_total_more is another one",
      "# TYPE a_total_more gauge",
      "a_total_more -Inf",
      "# TYPE a_seconds histogram",
      'a_seconds_bucket{To="1",le="0.5"} 3',
      'a_seconds_bucket{To="1",le="+Inf"} 4',
      'a_seconds_sum{To="1"} 2.5',
      'a_seconds_count{To="1"} 4',
      'a_seconds_bucket{To="2",le="0.5"} 0',
      'a_seconds_bucket{To="2",le="+Inf"} 0',
      'a_seconds_sum{To="2"} 0',
      'a_seconds_count{To="2"} 0',
      "",
    ].join("\n"),
  );

  test("a value is found by its whole name and its labels", () => {
    expect(metrics.value("a_total")).toBe(1);
    expect(metrics.value("a_total", { kind: "y" })).toBe(2e6);
    expect(metrics.value("a_total", { kind: "z" })).toBeUndefined();
    expect(metrics.value("a_total_more")).toBe(-Infinity);
    expect(metrics.value("a_tot")).toBeUndefined();
    expect(metrics.value("a_bytes")).toBeUndefined();
  });

  test("a histogram is found by its name, and by a label", () => {
    expect(metrics.histogram("a_seconds", { To: "1" })).toMatchObject({ count: 4, sum: 2.5 });
    expect(metrics.histogram("a_seconds", { To: "3" })).toBeUndefined();
    expect(metrics.histogram("a_total")).toBeUndefined();
    expect([...metrics.histogramsBy("a_seconds", "To")].map(([to, { count }]) => [to, count])).toEqual([
      ["1", 4],
      ["2", 0],
    ]);
    expect(metrics.histogramsBy("nothing", "To").size).toBe(0);
  });
});

describe.each([
  ["the oldest release", 0],
  ["Debian stable's release", 1],
  ["the newest release", 2],
])("metrics of three members of %s", (_title, index) => {
  describe.each([
    ["in plain text", undefined],
    ["over TLS", {}],
  ])("%s", (_transport, tls) => {
    let cluster: RawCluster;
    let targets: Target[];
    beforeAll(async () => {
      const binaries = (await etcdBinaries())[index];
      if (binaries === undefined) throw new Error("no etcd");
      cluster = await RawCluster.start({ binaries, ...(tls === undefined ? {} : { tls }) });
      targets = targetsOf({ endpoints: cluster.endpoints });
    });
    afterAll(() => cluster?.stop());

    const ask = (): Promise<Metrics[]> =>
      Promise.all(targets.map((target) => memberMetrics(target, cluster.tls, 10_000)));

    test("say who leads", async () => {
      const leads = (await ask()).map((metrics) => metrics.value("etcd_server_is_leader"));
      expect(leads.sort()).toEqual([0, 0, 1]);
    });

    test("tell how long the disk takes, from the first write on", async () => {
      for (const metrics of await ask()) {
        const names = ["etcd_disk_wal_fsync_duration_seconds", "etcd_disk_backend_commit_duration_seconds"];
        for (const histogram of names.map((name) => metrics.histogram(name))) {
          expect(histogram?.count).toBeGreaterThan(0);
          expect(histogram?.buckets.at(-1)?.upperBound).toBe(Infinity);
          expect(histogram?.quantile(0.99)).toBeGreaterThan(0);
          expect(histogram?.mean).toBeGreaterThan(0);
        }
      }
    });

    test("tell how far the two peers are, 5 s after the start", async () => {
      await vi.waitFor(
        async () => {
          for (const metrics of await ask()) {
            const peers = metrics.histogramsBy("etcd_network_peer_round_trip_time_seconds", "To");
            expect([...peers.values()].map(({ count }) => count >= 2)).toEqual([true, true]);
          }
        },
        { timeout: 30_000, interval: 500 },
      );
    });

    test("come with the time of the member", async () => {
      const [metrics] = await ask();
      const now = Date.now() - performance.now();
      expect(metrics?.clock?.earliestMs).toBeLessThanOrEqual(now);
      expect(metrics?.clock?.latestMs).toBeGreaterThanOrEqual(now);
    });
  });
});
