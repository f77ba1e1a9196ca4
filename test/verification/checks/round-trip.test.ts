import { describe, expect, onTestFinished, test, vi } from "vitest";
import { verify, type ListedMember } from "../../../lib/verification";
import { judgeRoundTrip, longestRoundTrip } from "../../../lib/verification/checks/round-trip";
import { Histogram } from "../../../lib/verification/questions/histogram";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check } from "../support/reports";

/** All in seconds; etcd's buckets begin at 0.1 ms and each reaches to twice the one before. */
function observed(...values: readonly number[]): Histogram {
  const bounds = [...Array.from({ length: 16 }, (_, index) => 0.0001 * 2 ** index), Infinity];
  return new Histogram(
    bounds.map((upperBound) => ({ upperBound, count: values.filter((value) => value <= upperBound).length })),
    values.reduce((sum, value) => sum + value, 0),
  );
}
const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);
const member = (id: string, name: string): ListedMember => ({
  id,
  name,
  peerUrls: [],
  clientUrls: [],
  isLearner: false,
});

describe("the longest round trip", () => {
  const members = [member("a", "etcd-1"), member("b", "etcd-2"), member("c", "etcd-3")];

  test("is named by the member that it goes to", () => {
    const histograms = new Map([
      ["b", observed(...times(10, 0.0003))],
      ["c", observed(...times(10, 0.003))],
    ]);
    expect(longestRoundTrip(histograms, members)).toMatchObject({ to: "etcd-3", observations: 10 });
    expect(longestRoundTrip(histograms, [])).toMatchObject({ to: "c" });
  });

  test("does not count for members that were removed", () => {
    expect(longestRoundTrip(new Map([["d", observed(...times(10, 1))]]), members)).toBeUndefined();
  });

  test("is not known from the first observations, which begin at nothing", () => {
    expect(longestRoundTrip(new Map([["b", observed(...times(5, 1))]]), members)).toBeUndefined();
  });

  test("is not made longer by a stall of seconds", () => {
    const stalled = observed(...times(20, 0.001), 3, 3);
    expect(longestRoundTrip(new Map([["b", stalled]]), members)?.ms).toBeLessThan(2);
  });

  test("is not made longer by coarse buckets", () => {
    // 210 ms is in the bucket that reaches from 204.8 to 409.6 ms.
    expect(longestRoundTrip(new Map([["b", observed(...times(20, 0.21))]]), members)?.ms).toBeCloseTo(210, 6);
  });
});

describe("a round trip", () => {
  const trip = (ms: number): { to: string; ms: number; observations: number } => ({
    to: "etcd-2",
    ms,
    observations: 40,
  });

  test("of up to a tenth of the election timeout is fine", () => {
    expect(judgeRoundTrip(trip(0.42), {})).toEqual({
      outcome: "passed",
      reason: "at most 0.4 ms to etcd-2 (40 measurements since it started)",
    });
    expect(judgeRoundTrip(trip(100), {}).outcome).toBe("passed");
  });

  test("of more is a warning with the settings that fit", () => {
    expect(judgeRoundTrip(trip(133), {})).toEqual({
      outcome: "warned",
      reason:
        "133 ms to etcd-2 (40 measurements since it started) is too long for --heartbeat-interval=100 and --election-timeout=1000",
      remedy:
        "Set --heartbeat-interval=140 and --election-timeout=1400 on all members, or bring them closer together: https://etcd.io/docs/v3.5/tuning/",
    });
  });

  test("of more than two heartbeats is a warning, whatever the election timeout", () => {
    const timing = { heartbeatIntervalMs: 100, electionTimeoutMs: 5000 };
    expect(judgeRoundTrip(trip(200), timing).outcome).toBe("passed");
    expect(judgeRoundTrip(trip(201), timing).outcome).toBe("warned");
  });

  test("is fine with settings made for it", () => {
    const timing = { heartbeatIntervalMs: 400, electionTimeoutMs: 4000 };
    expect(judgeRoundTrip(trip(390), timing).outcome).toBe("passed");
  });

  test("is not judged if it is too long for the defaults and nobody knows the settings", () => {
    expect(judgeRoundTrip(trip(133), undefined).outcome).toBe("skipped");
    expect(judgeRoundTrip(trip(3), undefined).outcome).toBe("passed");
  });
});

// What is real here is etcd's own measurement; loopback being what it is, it is the settings that are out of proportion.
test("three members measure each other within a minute, and are warned of by name if the settings do not fit", async () => {
  const cluster = await RawCluster.start({ binaries: await defaultEtcd() });
  onTestFinished(() => cluster.stop());
  const ask = async (timing: object): Promise<ReturnType<typeof check>> =>
    check(
      await verify({ expectation: { ...cluster.expectation, ...timing }, checks: ["round-trip"] }),
      "round-trip",
    );

  expect((await ask({})).results.map(({ outcome, reason }) => [outcome, reason])).toEqual(
    Array.from({ length: 3 }, () => ["passed", "not measured yet: etcd needs a minute after its start"]),
  );
  await vi.waitFor(
    async () =>
      expect((await ask({})).results.map(({ reason }) => reason)).toEqual(
        Array.from({ length: 3 }, () =>
          expect.stringMatching(/^at most [\d.]+ ms to etcd-[123] \(\d+ measurements since it started\)$/),
        ),
      ),
    { timeout: 120_000, interval: 1000 },
  );
  expect((await ask({})).outcome).toBe("passed");
  const { results } = await ask({ heartbeatIntervalMs: 0.001, electionTimeoutMs: 0.01 });
  expect(results.map(({ outcome, member: name }) => [outcome, name])).toEqual([
    ["warned", "etcd-1"],
    ["warned", "etcd-2"],
    ["warned", "etcd-3"],
  ]);
}, 180_000);

test("a member on its own has nobody to measure", async () => {
  const cluster = await RawCluster.start({ binaries: await defaultEtcd(), size: 1 });
  onTestFinished(() => cluster.stop());
  const report = await verify({ expectation: cluster.expectation, checks: ["round-trip"] });
  expect(check(report, "round-trip").results).toMatchObject([{ outcome: "passed", reason: "has no peers" }]);
});
