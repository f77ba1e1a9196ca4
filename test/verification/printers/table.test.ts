import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { renderTable } from "../../../lib/verification";
import { sampleReport } from "./report";

test("a report reads as etcdctl's table, then what was found and what to do", () => {
  expect(renderTable(sampleReport)).toMatchInlineSnapshot(`
    "+-----------------------+------------------+---------+---------+-----------+------------+-----------+------------------+--------------------+--------------------+
    |       ENDPOINT        |        ID        | VERSION | DB SIZE | IS LEADER | IS LEARNER | RAFT TERM |    RAFT INDEX    | RAFT APPLIED INDEX |       ERRORS       |
    +-----------------------+------------------+---------+---------+-----------+------------+-----------+------------------+--------------------+--------------------+
    | http://127.0.0.1:2379 | 8e9e05c52164694d |  3.5.16 |   25 kB |      true |      false |         2 | 9007199254740993 |   9007199254740993 |                    |
    | http://127.0.0.1:2479 |                  |         |         |           |            |           |                  |                    | connection refused |
    +-----------------------+------------------+---------+---------+-----------+------------+-----------+------------------+--------------------+--------------------+

    ✗ every member answers
        etcd-2 (http://127.0.0.1:2479): connection refused
          → Start etcd.
    ✓ all members are in the same raft term: term 2
    ✓ a write through each member is read through every other one
        etcd-2 (http://127.0.0.1:2479): does not answer – skipped
    – members and peer URLs are exactly as defined: no definition to compare the member list with

    cluster demo is unhealthy: 2 passed, 1 failed, 1 skipped in 2.0 s"
  `);
});

test("colours come only when asked for, and add nothing else", () => {
  const plain = renderTable(sampleReport);
  const coloured = renderTable(sampleReport, { color: true });
  expect(stripVTControlCharacters(plain)).toBe(plain);
  expect(coloured).not.toBe(plain);
  expect(stripVTControlCharacters(coloured)).toBe(plain);
});

test("a verdict without a name says what is not known", () => {
  const report = { ...sampleReport, verdict: "unreachable", clusterName: undefined } as const;
  expect(renderTable(report).split("\n").at(-1)).toBe(
    "the cluster is not reachable from here, so nothing is known about it: 2 passed, 1 failed, 1 skipped in 2.0 s",
  );
});
