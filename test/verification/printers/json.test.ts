import { expect, test } from "vitest";
import { renderJson, renderStatusJson } from "../../../lib/verification";
import { producedBy, sampleReport } from "./report";

test("a report for programs: version, IDs and 64-bit numbers as text, null for what is not known", () => {
  expect(renderJson(sampleReport, { producedBy })).toMatchInlineSnapshot(`
    "{
      "schemaVersion": 2,
      "producedBy": {
        "name": "cdktf-etcd",
        "version": "0.1.0"
      },
      "verdict": "unhealthy",
      "clusterName": "demo",
      "startedAt": "2026-11-22T07:00:00.000Z",
      "tookMs": 2042,
      "endpoints": [
        {
          "endpoint": "http://127.0.0.1:2379",
          "member": "etcd-1",
          "tookMs": 3,
          "status": {
            "clusterId": "cdf818194e3a8c32",
            "memberId": "8e9e05c52164694d",
            "leaderId": "8e9e05c52164694d",
            "isLeader": true,
            "isLearner": false,
            "version": "3.5.16",
            "dbSizeBytes": 24576,
            "dbSizeInUseBytes": 16384,
            "raftTerm": "2",
            "raftIndex": "9007199254740993",
            "raftAppliedIndex": "9007199254740993",
            "revision": "7",
            "alarms": [],
            "errors": []
          },
          "problem": null
        },
        {
          "endpoint": "http://127.0.0.1:2479",
          "member": "etcd-2",
          "tookMs": 1,
          "status": null,
          "problem": {
            "kind": "refused",
            "message": "connection refused",
            "remedy": "Start etcd.",
            "detail": "ECONNREFUSED"
          }
        }
      ],
      "checks": [
        {
          "id": "member-answers",
          "title": "every member answers",
          "outcome": "failed",
          "tookMs": 3,
          "results": [
            {
              "outcome": "passed",
              "member": "etcd-1",
              "endpoint": "http://127.0.0.1:2379",
              "reason": "answered in 3 ms",
              "remedy": null,
              "lasting": false
            },
            {
              "outcome": "failed",
              "member": "etcd-2",
              "endpoint": "http://127.0.0.1:2479",
              "reason": "connection refused",
              "remedy": "Start etcd.",
              "lasting": false
            }
          ]
        },
        {
          "id": "raft-term",
          "title": "all members are in the same raft term",
          "outcome": "passed",
          "tookMs": 3,
          "results": [
            {
              "outcome": "passed",
              "member": null,
              "endpoint": null,
              "reason": "term 2",
              "remedy": null,
              "lasting": false
            }
          ]
        },
        {
          "id": "write-read",
          "title": "a write through each member is read through every other one",
          "outcome": "passed",
          "tookMs": 20,
          "results": [
            {
              "outcome": "passed",
              "member": "etcd-1",
              "endpoint": "http://127.0.0.1:2379",
              "reason": "wrote and read",
              "remedy": null,
              "lasting": false
            },
            {
              "outcome": "skipped",
              "member": "etcd-2",
              "endpoint": "http://127.0.0.1:2479",
              "reason": "does not answer",
              "remedy": null,
              "lasting": false
            }
          ]
        },
        {
          "id": "fragmentation",
          "title": "no database is worth defragmenting",
          "outcome": "warned",
          "tookMs": 3,
          "results": [
            {
              "outcome": "warned",
              "member": "etcd-1",
              "endpoint": "http://127.0.0.1:2379",
              "reason": "65 % of 2.1 GB are free",
              "remedy": "Run etcdctl defrag on one member at a time, the leader last.",
              "lasting": false
            },
            {
              "outcome": "skipped",
              "member": "etcd-2",
              "endpoint": "http://127.0.0.1:2479",
              "reason": "does not answer",
              "remedy": null,
              "lasting": false
            }
          ]
        },
        {
          "id": "membership",
          "title": "members and peer URLs are exactly as defined",
          "outcome": "skipped",
          "tookMs": 0,
          "results": [
            {
              "outcome": "skipped",
              "member": null,
              "endpoint": null,
              "reason": "no definition to compare the member list with",
              "remedy": null,
              "lasting": false
            }
          ]
        }
      ]
    }"
  `);
});

test("the status rows alone are the same rows", () => {
  const { endpoints } = JSON.parse(renderJson(sampleReport)) as { endpoints: unknown };
  expect(JSON.parse(renderStatusJson(sampleReport.endpoints))).toEqual({ schemaVersion: 2, endpoints });
});
