import { expect, test } from "vitest";
import { pickRelease } from "./pick-release";

const AT_HAND = ["3.4.23", "3.5.16", "3.5.30"].map((release) => ({ release }));

test.each([
  ["3.4", "3.4.23"],
  ["3.5", "3.5.30"],
  ["3.5.16", "3.5.16"],
  ["3", "3.5.30"],
])("%s means %s", (wanted, release) => {
  expect(pickRelease(wanted, AT_HAND)).toEqual({ release });
});

test.each(["3.5.1", "3.6", "", "v3.5"])('"%s" is refused with what there is', (wanted) => {
  expect(() => pickRelease(wanted, AT_HAND)).toThrow(`there is no etcd ${wanted} for the members here`);
});
