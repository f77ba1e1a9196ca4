import { expect, test } from "vitest";
import { pickName, pickNames } from "./machine-names";

const NAMES = ["etcd-0", "etcd-1", "etcd-10", "blue"];

test.each([
  ["etcd-1", "etcd-1"],
  ["1", "etcd-1"],
  ["3", "blue"],
  ["10", "etcd-10"],
  ["lu", "blue"],
])("%s means %s", (wanted, name) => {
  expect(pickName(wanted, NAMES)).toBe(name);
});

test.each([
  ["etcd", '"etcd" is part of several machines\' names'],
  ["", 'there is no machine ""'],
  ["green", 'there is no machine "green"'],
  ["4", 'there is no machine "4"'],
  ["all", 'there is no machine "all"'],
])('"%s" means none', (wanted, message) => {
  expect(() => pickName(wanted, NAMES)).toThrow(message);
});

test("several names mean each machine once, in the members' order", () => {
  expect(pickNames(["blue", "0", "etcd-0"], NAMES)).toEqual(["etcd-0", "blue"]);
  expect(pickNames(["all", "0"], NAMES)).toEqual(NAMES);
});

test("without machines it says that there are none yet", () => {
  expect(() => pickName("etcd-0", [])).toThrow("the deploy has not made any instance");
});
