import { describe, expect, test } from "vitest";
import { ServicesBoard } from "../../../lib/cli/services/board";
import { changeOf, instanceOf, snapshotOf } from "./instances";

const a = instanceOf("login", "a", { metadata: { zone: "1" } });
const b = instanceOf("login", "b");
const c = instanceOf("payment", "c");
const fresh = { staleReason: undefined, terminalRows: 24 } as const;

describe("the live table", () => {
  test("shows all instances, marks what has just happened, and forgets it after five seconds", () => {
    const board = new ServicesBoard(false);
    const before = snapshotOf([a, b]);
    expect(board.lines({ ...fresh, snapshot: before, now: 0 })).toEqual([
      "2 instances of 1 service; Ctrl-C ends it",
      "   SERVICE  INSTANCE  ENDPOINT             LEASE             METADATA",
      '   login    a         http://10.0.3.7:801  694d77aa9e38260f  {"zone":"1"}',
      "   login    b         http://10.0.3.7:801  694d77aa9e38260f",
      "revision 42",
    ]);
    board.take(changeOf("removed", a), 1000);
    board.take(changeOf("changed", b, b), 1500);
    board.take(changeOf("added", c), 2000);
    const snapshot = snapshotOf([b, c], { revision: 45n });
    expect(board.lines({ ...fresh, snapshot, now: 5999 })).toEqual([
      "2 instances of 2 services; Ctrl-C ends it",
      "   SERVICE  INSTANCE  ENDPOINT             LEASE             METADATA",
      '-  login    a         http://10.0.3.7:801  694d77aa9e38260f  {"zone":"1"}',
      "~  login    b         http://10.0.3.7:801  694d77aa9e38260f",
      "+  payment  c         http://10.0.3.7:801  694d77aa9e38260f",
      "revision 45",
    ]);
    expect(board.lines({ ...fresh, snapshot, now: 7000 })).toEqual([
      "2 instances of 2 services; Ctrl-C ends it",
      "   SERVICE  INSTANCE  ENDPOINT             LEASE             METADATA",
      "   login    b         http://10.0.3.7:801  694d77aa9e38260f",
      "   payment  c         http://10.0.3.7:801  694d77aa9e38260f",
      "revision 45",
    ]);
  });

  test("shows one that goes and comes back once, as new", () => {
    const board = new ServicesBoard(false);
    board.take(changeOf("removed", a), 0);
    board.take(changeOf("added", a), 100);
    const lines = board.lines({ ...fresh, snapshot: snapshotOf([a]), now: 200 });
    expect(lines.filter((line) => line.includes("login"))).toEqual([expect.stringMatching(/^\+/)]);
  });

  test("says since when and why it may be out of date, and keeps what is known", () => {
    const board = new ServicesBoard(false);
    const confirmedAt = new Date(2026, 10, 24, 12, 3, 4).getTime();
    const snapshot = snapshotOf([b], { isStale: true, confirmedAt });
    const staleReason = "no member answers (connection refused)";
    expect(board.lines({ ...fresh, snapshot, staleReason, now: confirmedAt + 14_900 })).toEqual([
      "1 instance of 1 service; Ctrl-C ends it",
      "stale since 12:03:04 (14s): no member answers (connection refused)",
      "   SERVICE  INSTANCE  ENDPOINT             LEASE             METADATA",
      "   login    b         http://10.0.3.7:801  694d77aa9e38260f",
      "revision 42",
    ]);
  });

  test("says so while nothing is known yet", () => {
    const snapshot = snapshotOf([], { isStale: true, confirmedAt: undefined, revision: 0n });
    const state = { ...fresh, snapshot, staleReason: "no member answers (connection refused)", now: 0 };
    expect(new ServicesBoard(false).lines(state)).toEqual([
      "0 instances of 0 services; Ctrl-C ends it",
      "not listed yet: no member answers (connection refused)",
      "   SERVICE  INSTANCE  ENDPOINT  LEASE  METADATA",
      "revision 0",
    ]);
  });

  test("names an entry that cannot be read, until it can or for half a minute", () => {
    const board = new ServicesBoard(false);
    const state = { ...fresh, snapshot: snapshotOf([]) };
    const entry = { key: "/micro/login/a\u001b[2J", reason: "not JSON", modRevision: 1n };
    board.leaveOut(entry, 0);
    expect(board.lines({ ...state, now: 1 })).toContain(
      "left out, as it cannot be read: /micro/login/a: not JSON",
    );
    expect(board.lines({ ...state, now: 30_000 }).join()).not.toContain("left out");
    board.leaveOut({ ...entry, key: a.key }, 40_000);
    board.take(changeOf("added", a), 40_001);
    expect(board.lines({ ...state, now: 40_002 }).join()).not.toContain("left out");
  });

  test("shows those with news where there is no room for all", () => {
    const many = Array.from({ length: 500 }, (_, index) => instanceOf("s", String(1000 + index)));
    const board = new ServicesBoard(false);
    board.take(changeOf("changed", many[400]!, many[400]), 0);
    const lines = board.lines({ ...fresh, snapshot: snapshotOf(many), now: 1, terminalRows: 10 });
    expect(lines.map((line) => line.replace(/ +http.*/, ""))).toEqual([
      "500 instances of 1 service; Ctrl-C ends it",
      "   SERVICE  INSTANCE  ENDPOINT             LEASE             METADATA",
      ...["1000", "1001", "1002", "1003"].map((name) => `   s        ${name}`),
      "~  s        1400",
      "  … 495 more",
      "revision 42",
    ]);
    // Live leaves the last row to the cursor.
    expect(lines).toHaveLength(9);
  });

  test("is green for what is new, yellow for what changed and red for what is gone", () => {
    const board = new ServicesBoard(true);
    board.take(changeOf("removed", a), 0);
    board.take(changeOf("changed", b, b), 0);
    board.take(changeOf("added", c), 0);
    const lines = board.lines({ ...fresh, snapshot: snapshotOf([b, c]), now: 1 });
    expect(lines.slice(2, 5).map((line) => /^\u001b\[(\d+)m(.).*\u001b\[39m$/.exec(line)?.slice(1))).toEqual([
      ["31", "-"],
      ["33", "~"],
      ["32", "+"],
    ]);
  });
});
