import { beforeEach, expect, test } from "vitest";
import { Rotation } from "./rotation";

let rotation: Rotation;
beforeEach(() => {
  rotation = new Rotation(["a", "b", "c"]);
});

const next = (count: number, nowMs: number): string[] =>
  Array.from({ length: count }, () => rotation.next(nowMs));

test("endpoints take turns", () => {
  expect(next(6, 0)).toEqual(["a", "b", "c", "a", "b", "c"]);
});

test("one that failed is left alone for a second", () => {
  rotation.failed("b", 0, 10);
  expect(next(6, 20)).not.toContain("b");
  expect(next(3, 1009)).not.toContain("b");
  expect(next(3, 1010)).toContain("b");
});

test("one that works again is asked again", () => {
  rotation.failed("b", 0, 10);
  rotation.worked("b", 20);
  expect(next(3, 30)).toContain("b");
});

test("a call that ran into its deadline says nothing when a later one worked", () => {
  rotation.worked("b", 1000);
  rotation.failed("b", 500, 2500);
  expect(next(3, 2500)).toContain("b");
});

test("when all failed, all are tried in turn", () => {
  for (const endpoint of ["a", "b", "c"]) rotation.failed(endpoint, 0, 10);
  expect(next(3, 20).toSorted()).toEqual(["a", "b", "c"]);
});
