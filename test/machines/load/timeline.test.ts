import { expect, test } from "vitest";
import type { LoadRecord } from "./records";
import { acknowledgedBetween, acknowledgedSince, longestGap } from "./timeline";

const header = { clusterId: "c1", memberId: "a1", revision: 1, raftTerm: 1 };
const sent = (id: number, atMs: number): LoadRecord => ({
  type: "attempt",
  atMs,
  id,
  lane: 0,
  endpoint: "http://etcd-0:2379",
  key: `key ${id}`,
  value: `value ${id}`,
});
const taken = (id: number, atMs: number): LoadRecord => ({ type: "acknowledged", atMs, id, header });

const LOG: LoadRecord[] = [
  { type: "started", atMs: 0, prefix: "/load/test/" },
  sent(1, 10),
  sent(2, 20),
  taken(2, 25),
  sent(3, 30),
  { type: "unknown", atMs: 70, id: 3, reason: "Deadline exceeded" },
  sent(4, 80),
  taken(1, 90),
  taken(4, 95),
];

test("only what was sent since counts as acknowledged since", () => {
  expect(acknowledgedSince(LOG, 15).map(({ attempt }) => attempt.id)).toEqual([2, 4]);
  expect(acknowledgedSince(LOG, 21).map(({ attempt }) => attempt.id)).toEqual([4]);
  expect(acknowledgedSince(LOG, 81)).toEqual([]);
});

test("acknowledged writes are counted by when they were acknowledged", () => {
  expect(acknowledgedBetween(LOG, 20, 90)).toBe(2);
});

test("the longest gap is the longest time without an acknowledged write", () => {
  expect(longestGap(LOG, 10, 100)).toEqual({ fromMs: 25, toMs: 90, ms: 65, sent: 2 });
});

test("the ends of the time count", () => {
  expect(longestGap(LOG, 40, 100)).toMatchObject({ fromMs: 40, toMs: 90, ms: 50 });
  expect(longestGap(LOG, 95, 300)).toEqual({ fromMs: 95, toMs: 300, ms: 205, sent: 0 });
  expect(longestGap([], 10, 50)).toMatchObject({ ms: 40 });
});

test("nothing is missing while the writer pauses", () => {
  const log: LoadRecord[] = [
    ...LOG,
    { type: "paused", atMs: 100 },
    { type: "resumed", atMs: 900 },
    sent(5, 900),
    taken(5, 910),
  ];
  expect(longestGap(log, 10, 920)).toMatchObject({ fromMs: 25, toMs: 90 });
  expect(longestGap(log, 95, 500)).toMatchObject({ ms: 5 });
  expect(longestGap(log, 500, 920)).toMatchObject({ ms: 10 });
});
