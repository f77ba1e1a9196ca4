import { describe, expect, test } from "vitest";
import { EndpointProblem } from "../../../lib/client";
import {
  renderInstancesJson,
  renderRecordJson,
  type WatchRecord,
} from "../../../lib/cli/services/instances-json";
import { renderInstances } from "../../../lib/cli/services/instances-table";
import { renderRecord } from "../../../lib/cli/services/record-lines";
import { staleReasonOf } from "../../../lib/cli/services/stale-reason";
import { changeOf, instanceOf, snapshotOf } from "./instances";

const login = instanceOf("user-srv/login", "a", { metadata: { zone: "eu-1a", weight: 3, canary: false } });
const payment = instanceOf("payment", "host-12-x", { leaseId: "0", metadata: null as never });
const AT = new Date("2026-11-24T05:00:00.125Z");

describe("the table of instances", () => {
  test("has a line for each, with the lease as etcdctl writes it, and no metadata where there is none", () => {
    expect(renderInstances([payment, login])).toBe(
      [
        "SERVICE         INSTANCE   ENDPOINT             LEASE             METADATA",
        "payment         host-12-x  http://10.0.3.7:809  0",
        'user-srv/login  a          http://10.0.3.7:801  694d77aa9e38260f  {"zone":"eu-1a","weight":3,"canary":false}',
      ].join("\n"),
    );
  });

  test("is nothing but headers without any", () => {
    expect(renderInstances([])).toBe("SERVICE  INSTANCE  ENDPOINT  LEASE  METADATA");
  });

  test("shortens metadata where the terminal is narrow, and nothing else", () => {
    const [, first = "", second = ""] = renderInstances([payment, login], 90).split("\n");
    expect(first).toBe(renderInstances([payment, login]).split("\n")[1]);
    expect(second).toMatch(/ 694d77aa9e38260f {2}\{"zone":"eu-1a",".*…$/);
    expect(second.length).toBeLessThanOrEqual(90);
    expect(renderInstances([login], 200)).toBe(renderInstances([login]));
  });

  test("is aligned also where characters take two columns", () => {
    const wide = instanceOf("登录", "a", { metadata: { name: "登录登录登录登录登录登录" } });
    const [, first = "", second = ""] = renderInstances([wide, login], 60).split("\n");
    expect(first.indexOf("a ")).toBe(second.indexOf("a ") - "登录".length);
    expect(first).toMatch(/\{"name":"登录登录登…$/);
  });

  test("hands nothing to a terminal that it would obey", () => {
    const evil = instanceOf("a\u001b[2Jb", "c\u202ed", {
      endpoint: "http://e\nf",
      metadata: { g: "\u009bh" },
    });
    expect(renderInstances([evil]).split("\n")[1]).toMatch(/^ab +c d +http:\/\/e f /);
    expect(renderInstances([evil])).not.toMatch(/[\u001b\u009b\u202e]/);
  });
});

test("JSON for programs has all of an instance, and 64-bit numbers as text", () => {
  expect(JSON.parse(renderInstancesJson(snapshotOf([login])))).toEqual({
    schemaVersion: 1,
    revision: "42",
    instances: [
      {
        service: "user-srv/login",
        instance: "a",
        endpoint: "http://10.0.3.7:801",
        metadata: { zone: "eu-1a", weight: 3, canary: false },
        key: "/micro/user-srv/login/a",
        createRevision: "7",
        modRevision: "9007199254740993",
        leaseId: "694d77aa9e38260f",
      },
    ],
  });
});

const stale = snapshotOf([login], { isStale: true, confirmedAt: AT.getTime() - 1000 });
const moved = { ...login, endpoint: "http://10.0.3.8:80" };
const invalid = { key: "/micro/x/y\u001b[2J", reason: "not JSON", modRevision: 44n };

test.each<[string, WatchRecord, object]>([
  [
    'added   user-srv/login a http://10.0.3.7:801 {"zone":"eu-1a","weight":3,"canary":false}',
    { type: "change", change: changeOf("added", login) },
    { type: "added", revision: "43", isFromList: false, instance: { instance: "a" }, previous: null },
  ],
  [
    'changed user-srv/login a http://10.0.3.8:80 {"zone":"eu-1a","weight":3,"canary":false}',
    { type: "change", change: changeOf("changed", moved, login) },
    { type: "changed", instance: { endpoint: moved.endpoint }, previous: { endpoint: login.endpoint } },
  ],
  [
    "removed payment host-12-x http://10.0.3.7:809",
    { type: "change", change: { ...changeOf("removed", payment), isFromList: true } },
    { type: "removed", isFromList: true, instance: { leaseId: "0" } },
  ],
  [
    "stale   no member answers (connection refused)",
    { type: "stale", snapshot: stale, reason: "no member answers (connection refused)" },
    {
      type: "stale",
      revision: "42",
      instanceCount: 1,
      confirmedAt: "2026-11-24T04:59:59.125Z",
      reason: "no member answers (connection refused)",
    },
  ],
  [
    "stale   no leader",
    {
      type: "stale",
      snapshot: snapshotOf([], { isStale: true, confirmedAt: undefined }),
      reason: "no leader",
    },
    { type: "stale", confirmedAt: null, instanceCount: 0 },
  ],
  [
    "fresh   1 instance at revision 42",
    { type: "fresh", snapshot: snapshotOf([login]) },
    { type: "fresh", revision: "42", instanceCount: 1 },
  ],
  [
    "invalid /micro/x/y: not JSON",
    { type: "invalid", entry: invalid },
    { type: "invalid", key: invalid.key, reason: "not JSON", modRevision: "44" },
  ],
])("a watch that is no table has one line for a record: %s", (line, record, json) => {
  expect(renderRecord(record, AT)).toBe(`2026-11-24T05:00:00.125Z ${line}`);
  const text = renderRecordJson(record, AT);
  expect(text).not.toContain("\n");
  expect(JSON.parse(text)).toMatchObject({ schemaVersion: 1, at: "2026-11-24T05:00:00.125Z", ...json });
});

test("why something is stale is told as who said it", () => {
  const problem = (kind: EndpointProblem["kind"], message: string) =>
    new EndpointProblem(kind, message, { detail: "" });
  expect(staleReasonOf(undefined)).toBe("no member answers");
  expect(staleReasonOf(problem("refused", "connection refused"))).toBe(
    "no member answers (connection refused)",
  );
  expect(staleReasonOf(problem("permission-denied", "the user may not do this"))).toBe(
    "the user may not do this",
  );
});
