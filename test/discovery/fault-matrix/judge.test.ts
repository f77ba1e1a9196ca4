import { describe, expect, test } from "vitest";
import { judge, type TimedChange } from "./judge";
import type { Happened } from "./support/recorder";

const history: readonly Happened[] = [
  { revision: 2, type: "put", key: "a", at: 200 },
  { revision: 3, type: "put", key: "b", at: 300 },
  { revision: 4, type: "put", key: "a", at: 400 },
  { revision: 5, type: "delete", key: "b", at: 500 },
  { revision: 6, type: "put", key: "c", at: 600 },
  { revision: 7, type: "delete", key: "a", at: 700 },
];

function told(words: string, isFromList = false): TimedChange[] {
  return words.split(", ").map((each) => {
    const [revision = "", type = "", key = ""] = each.split(" ");
    const at = Number(revision) * 100 + 7;
    return { what: "change", type: type as "added", key, revision, modRevision: revision, isFromList, at };
  });
}

const judged = (changes: readonly TimedChange[]): readonly string[] =>
  judge(history, { firstRevision: 3, covers: () => true, told: changes }).faults;

const all = "2 added a, 3 added b, 4 changed a, 5 removed b, 6 added c, 7 removed a";

describe("what a watcher was told", () => {
  test("is right if it is what happened, in that order", () => {
    const { faults, lags } = judge(history, { firstRevision: 3, covers: () => true, told: told(all) });
    expect(faults).toEqual([]);
    expect(lags.map(({ lagMs }) => lagMs)).toEqual([7, 7, 7, 7]);
  });

  test.each([
    [
      "an event is lost",
      all.replace("5 removed b, ", ""),
      "told 6 added c, and what happened was 5 removed b",
    ],
    ["the last event is lost", all.replace(", 7 removed a", ""), "never told: 7 removed a"],
    [
      "an event comes twice",
      all.replace("6 added c", "6 added c, 6 added c"),
      "told 6 added c, and what happened was 7 removed a",
    ],
    [
      "two are exchanged",
      "2 added a, 3 added b, 5 removed b, 4 changed a",
      "told 5 removed b, and what happened was 4 changed a",
    ],
    [
      "the first list lacks one",
      all.replace("2 added a, ", ""),
      "told 3 added b, and what happened was 2 added a",
    ],
    ["something is invented", `${all}, 8 added d`, "told 8 added d, and what happened was nothing"],
  ])("is wrong if %s", (_what, words, fault) => {
    expect(judged(told(words))).toEqual([fault]);
  });

  test("may come from a list, in any order, and goes on after it", () => {
    const list = told("6 removed b, 6 changed a, 6 added c", true);
    expect(judged([...told("2 added a, 3 added b"), ...list, ...told("7 removed a")])).toEqual([]);
    expect(judged([...told("2 added a, 3 added b, 4 changed a"), ...list])).toEqual([
      "the list of 6 told changed a, which is no difference",
      "never told: 7 removed a",
    ]);
    expect(judged([...told("2 added a, 3 added b"), ...list.slice(1), ...told("7 removed a")])).toEqual([
      "the list of 6 did not tell removed b",
    ]);
  });

  test("is compared with the keys that it covers", () => {
    const covers = (key: string): boolean => key === "b";
    expect(judge(history, { firstRevision: 3, covers, told: told("3 added b, 5 removed b") }).faults).toEqual(
      [],
    );
  });
});
