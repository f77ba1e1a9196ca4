import { expect, test } from "vitest";
import { Histogram } from "../../../lib/verification/questions/histogram";

const histogram = (counts: readonly (readonly [upperBound: number, count: number])[], sum = 0): Histogram =>
  new Histogram(
    counts.map(([upperBound, count]) => ({ upperBound, count })),
    sum,
  );

// https://clickhouse.com/docs/sql-reference/aggregate-functions/reference/quantilePrometheusHistogram, which does as Prometheus does.
const documented = histogram([
  [0, 6],
  [0.5, 11],
  [1, 14],
  [Infinity, 19],
]);

test("a quantile is interpolated as in Prometheus", () => {
  expect(documented.quantile(0.5)).toBeCloseTo(0.35, 12);
});

test("what is beyond the last finite bucket counts as its bound", () => {
  expect(documented.quantile(0.99)).toBe(1);
});

test("the first bucket begins at zero", () => {
  const first = histogram([
    [0.001, 10],
    [0.002, 10],
    [Infinity, 10],
  ]);
  expect(first.quantile(0.99)).toBeCloseTo(0.00099, 12);
});

test("empty buckets before the first observation change nothing", () => {
  const later = histogram([
    [0.001, 0],
    [0.002, 0],
    [0.004, 4],
    [Infinity, 4],
  ]);
  expect(later.quantile(0.5)).toBeCloseTo(0.003, 12);
});

test("nothing observed has neither quantile nor mean", () => {
  const none = histogram([
    [1, 0],
    [Infinity, 0],
  ]);
  expect([none.count, none.quantile(0.99), none.mean]).toEqual([0, undefined, undefined]);
  expect(new Histogram([], 0).count).toBe(0);
});

test("the difference of two looks is what happened in between", () => {
  const earlier = histogram(
    [
      [1, 90],
      [2, 100],
      [Infinity, 100],
    ],
    60,
  );
  const later = histogram(
    [
      [1, 190],
      [2, 200],
      [Infinity, 200],
    ],
    110,
  );
  const between = later.since(earlier);
  expect([between.count, between.quantile(0.99), between.mean]).toEqual([100, 0.99, 0.5]);
});

test("a process that was started anew in between has counted everything since", () => {
  const earlier = histogram([
    [1, 90],
    [Infinity, 100],
  ]);
  const later = histogram([
    [1, 5],
    [Infinity, 5],
  ]);
  expect(later.since(earlier)).toBe(later);
});
