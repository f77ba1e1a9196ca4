import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { renderStatusTable, renderTable, type VerificationReport } from "../../../lib/verification";
import { hostileReport, reportOfMany, sampleReport } from "./report";

test("a report reads as etcdctl's table, then what was found and what to do", () => {
  expect(renderTable(sampleReport)).toMatchInlineSnapshot(`
    "+-----------------------+------------------+---------+---------+-----------+------------+-----------+------------------+--------------------+--------------------+
    |       ENDPOINT        |        ID        | VERSION | DB SIZE | IS LEADER | IS LEARNER | RAFT TERM |    RAFT INDEX    | RAFT APPLIED INDEX |       ERRORS       |
    +-----------------------+------------------+---------+---------+-----------+------------+-----------+------------------+--------------------+--------------------+
    | http://127.0.0.1:2379 | 8e9e05c52164694d |  3.5.16 |   25 kB |      true |      false |         2 | 9007199254740993 |   9007199254740993 |                    |
    | http://127.0.0.1:2479 |                  |         |         |           |            |           |                  |                    | connection refused |
    +-----------------------+------------------+---------+---------+-----------+------------+-----------+------------------+--------------------+--------------------+

    ✓ all members are in the same raft term: term 2
    ✓ a write through each member is read through every other one
    – members and peer URLs are exactly as defined: no definition to compare the member list with
    – etcd-2 (http://127.0.0.1:2479): does not answer – skipped in write-read, fragmentation

    ! no database is worth defragmenting
        etcd-1 (http://127.0.0.1:2379): 65 % of 2.1 GB are free
          → Run etcdctl defrag on one member at a time, the leader last.
    ✗ every member answers
        etcd-2 (http://127.0.0.1:2479): connection refused
          → Start etcd.

    cluster demo is unhealthy: 2 passed, 1 warning, 1 failed, 1 skipped in 2.0 s"
  `);
});

test("a reader who may lose the end gets the verdict first, then what failed, and what is fine last", () => {
  const paragraphs = renderTable(sampleReport, { verdictFirst: true }).split("\n\n");
  expect(paragraphs.map((paragraph) => paragraph.split("\n")[0])).toEqual([
    expect.stringMatching(/^\+-+/),
    expect.stringMatching(/^cluster demo is unhealthy/),
    "✗ every member answers",
    "✓ all members are in the same raft term: term 2",
  ]);
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
    "the cluster is not reachable from here, so nothing is known about it: 2 passed, 1 warning, 1 failed, 1 skipped in 2.0 s",
  );
});

test("where etcdctl's table does not fit, its columns are fewer, and lines break between words", () => {
  expect(renderTable(sampleReport, { columns: 96 })).toMatchInlineSnapshot(`
    "ENDPOINT               ID                VERSION  DB SIZE  ROLE    TERM  INDEX
    http://127.0.0.1:2379  8e9e05c52164694d  3.5.16   25 kB    leader  2     9007199254740993
    http://127.0.0.1:2479  connection refused

    ✓ all members are in the same raft term: term 2
    ✓ a write through each member is read through every other one
    – members and peer URLs are exactly as defined: no definition to compare the member list with
    – etcd-2 (http://127.0.0.1:2479): does not answer – skipped in write-read, fragmentation

    ! no database is worth defragmenting
        etcd-1 (http://127.0.0.1:2379): 65 % of 2.1 GB are free
          → Run etcdctl defrag on one member at a time, the leader last.
    ✗ every member answers
        etcd-2 (http://127.0.0.1:2479): connection refused
          → Start etcd.

    cluster demo is unhealthy: 2 passed, 1 warning, 1 failed, 1 skipped in 2.0 s"
  `);
});

test("where no table fits, every member has lines of its own", () => {
  expect(renderTable(sampleReport, { columns: 50 })).toMatchInlineSnapshot(`
    "http://127.0.0.1:2379 8e9e05c52164694d
        leader, 3.5.16, 25 kB, raft term 2, raft index
        9007199254740993
    http://127.0.0.1:2479  connection refused

    ✓ all members are in the same raft term: term 2
    ✓ a write through each member is read through
        every other one
    – members and peer URLs are exactly as defined: no
        definition to compare the member list with
    – etcd-2 (http://127.0.0.1:2479): does not answer
        – skipped in write-read, fragmentation

    ! no database is worth defragmenting
        etcd-1 (http://127.0.0.1:2379): 65 % of 2.1 GB
          are free
          → Run etcdctl defrag on one member at a
            time, the leader last.
    ✗ every member answers
        etcd-2 (http://127.0.0.1:2479): connection
          refused
          → Start etcd.

    cluster demo is unhealthy: 2 passed, 1 warning, 1
      failed, 1 skipped in 2.0 s"
  `);
});

test.each([40, 60, 80, 100, 120, 160, 200])("in %d columns only a single word is longer", (columns) => {
  for (const report of [sampleReport, reportOfMany(200, () => ({ outcome: "failed", reason: "is slow" }))]) {
    for (const line of renderTable(report, { columns }).split("\n")) {
      if (line.length > columns) expect(line.trim().split(" "), line).toHaveLength(1);
    }
  }
});

test("colours do not move a line break", () => {
  const plain = renderTable(sampleReport, { columns: 60 });
  expect(stripVTControlCharacters(renderTable(sampleReport, { columns: 60, color: true }))).toBe(plain);
});

test("etcdctl's own table is kept if it just fits", () => {
  const table = renderStatusTable(sampleReport.endpoints);
  const columns = table.indexOf("\n");
  expect(renderStatusTable(sampleReport.endpoints, { columns })).toBe(table);
  expect(renderStatusTable(sampleReport.endpoints, { columns: columns - 1 })).not.toBe(table);
  // A pseudo-terminal that nobody gave a size has 0 columns.
  expect(renderStatusTable(sampleReport.endpoints, { columns: 0 })).toBe(table);
});

const linesAboutChecks = (report: VerificationReport) =>
  renderTable(report).split("\n\n").slice(1).join("\n").split("\n");

test("200 members with one reason are one line", () => {
  const report = reportOfMany(200, () => ({
    outcome: "failed",
    reason: "connection refused",
    remedy: "Start etcd.",
  }));
  expect(linesAboutChecks(report)).toEqual([
    "✗ no member lags behind the others",
    "    etcd-1 and 199 more: connection refused",
    "      → Start etcd.",
    "cluster demo is unhealthy: 0 passed, 1 failed, 0 skipped in 2.0 s",
  ]);
});

test("members whose names and figures alone differ are one line from the fourth on", () => {
  const lagging = (index: number) =>
    ({ outcome: "warned", reason: `etcd-${index + 1} is ${1000 + index} entries behind` }) as const;
  expect(linesAboutChecks(reportOfMany(3, lagging)).slice(1, -1)).toEqual([
    "    etcd-1 (http://10.0.0.0:2379): etcd-1 is 1000 entries behind",
    "    etcd-2 (http://10.0.0.1:2379): etcd-2 is 1001 entries behind",
    "    etcd-3 (http://10.0.0.2:2379): etcd-3 is 1002 entries behind",
  ]);
  expect(linesAboutChecks(reportOfMany(4, lagging)).slice(1, -1)).toEqual([
    "    etcd-1: etcd-1 is 1000 entries behind, and 3 more like it",
  ]);
});

test("names and errors cannot move the cursor, nor reverse the text", () => {
  for (const columns of [0, 100, 40]) {
    const text = renderTable(hostileReport, { columns });
    expect(text.replaceAll("\n", "").match(/[\p{Cc}\p{Bidi_Control}]/gu)).toBeNull();
  }
});
