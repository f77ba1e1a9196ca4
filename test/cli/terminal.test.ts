import { describe, expect, test } from "vitest";
import { Board } from "../../lib/cli/progress";
import { terminalOf } from "../../lib/cli/terminal";

const TTY = { isTTY: true, columns: 100 };
const FILE = {} as typeof TTY;

test.each<[string, typeof TTY, NodeJS.ProcessEnv, { color: boolean; canRedraw: boolean }]>([
  ["a terminal", TTY, {}, { color: true, canRedraw: true }],
  ["a file", FILE, {}, { color: false, canRedraw: false }],
  ["a dumb terminal", TTY, { TERM: "dumb" }, { color: false, canRedraw: false }],
  ["NO_COLOR", TTY, { NO_COLOR: "1" }, { color: false, canRedraw: true }],
  ["an empty NO_COLOR", TTY, { NO_COLOR: "" }, { color: true, canRedraw: true }],
  ["FORCE_COLOR", FILE, { FORCE_COLOR: "1" }, { color: true, canRedraw: false }],
  ["FORCE_COLOR that says no", TTY, { FORCE_COLOR: "0" }, { color: false, canRedraw: true }],
  ["both", FILE, { FORCE_COLOR: "1", NO_COLOR: "1" }, { color: true, canRedraw: false }],
])("colours and redrawing are for terminals: %s", (_, stream, env, expected) => {
  expect(terminalOf(stream, env)).toEqual({ ...expected, columns: stream.columns });
});

describe("the board of members that are waited for", () => {
  const event = (member: string, state: string, elapsedMs: number) => ({
    ...{ member, state, elapsedMs },
    endpoint: "http://127.0.0.1:1",
    healthy: state === "healthy",
  });

  test("has a line per member with its state and since when, and one for the whole", () => {
    const board = new Board(["a", "bb"], 60_000, false, 1000);
    board.take(event("a", "healthy", 1500));
    board.take(event("bb", "connection refused", 2000));
    expect(board.lines(9000, 24)).toEqual([
      "✓ a   healthy after 1s",
      "⠹ bb  connection refused for 6s",
      "  1 of 2 healthy, waiting 8s of 60s",
    ]);
    board.take(event("bb", "healthy", 8500));
    expect(board.lines(10_000, 24).at(-1)).toMatch(/^. all checks, 9s of 60s$/);
  });

  test("shows no text of a server as it is: a certificate's issuer may hold what a terminal obeys", () => {
    const board = new Board(["a"], 60_000, false, 0);
    board.take(event("a", "signed by \u001b[2J\u202eevil\n", 0));
    expect(board.lines(0, 24)[0]).toMatch(/^. a  signed by *evil for 0s$/);
  });

  test("shows those that are not healthy where there is no room for all", () => {
    const names = Array.from({ length: 200 }, (_, index) => `etcd-${index}`);
    const board = new Board(names, 60_000, false, 0);
    for (const name of names) if (name !== "etcd-7") board.take(event(name, "healthy", 100));
    const lines = board.lines(1000, 24);
    expect(lines.map((line) => line.replace(/^[⠁-⣿]/, "*"))).toEqual([
      "* etcd-7  asking for 1s",
      "  … 199 more",
      "  199 of 200 healthy, waiting 1s of 60s",
    ]);
    expect(new Board(names, 60_000, false, 0).lines(1000, 24).length).toBeLessThan(24);
  });
});
