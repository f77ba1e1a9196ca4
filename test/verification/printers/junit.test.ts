import { expect, test } from "vitest";
import { renderJunit } from "../../../lib/verification";
import { elements, parseXml } from "./parse-xml";
import { hostileReport, producedBy, sampleReport } from "./report";

test("each check of each member is a test case", () => {
  expect(renderJunit(sampleReport, { producedBy })).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="demo" tests="8" failures="1" errors="0" time="2.042">
      <testsuite name="demo" tests="8" failures="1" errors="0" time="2.042" skipped="3" timestamp="2026-11-22T07:00:00">
        <properties>
          <property name="verdict" value="unhealthy"/>
          <property name="producedBy" value="cdktf-etcd 0.1.0"/>
          <property name="warning.fragmentation" value="etcd-1: 65 % of 2.1 GB are free"/>
        </properties>
        <testcase classname="demo.member-answers" name="every member answers: etcd-1" time="0.003"/>
        <testcase classname="demo.member-answers" name="every member answers: etcd-2" time="0.003">
          <failure message="etcd-2: connection refused" type="member-answers">connection refused
    Start etcd.</failure>
        </testcase>
        <testcase classname="demo.raft-term" name="all members are in the same raft term" time="0.003"/>
        <testcase classname="demo.write-read" name="a write through each member is read through every other one: etcd-1" time="0.020"/>
        <testcase classname="demo.write-read" name="a write through each member is read through every other one: etcd-2" time="0.020">
          <skipped message="etcd-2: does not answer"/>
        </testcase>
        <testcase classname="demo.fragmentation" name="no database is worth defragmenting: etcd-1" time="0.003">
          <system-out>65 % of 2.1 GB are free
    Run etcdctl defrag on one member at a time, the leader last.</system-out>
        </testcase>
        <testcase classname="demo.fragmentation" name="no database is worth defragmenting: etcd-2" time="0.003">
          <skipped message="etcd-2: does not answer"/>
        </testcase>
        <testcase classname="demo.membership" name="members and peer URLs are exactly as defined" time="0.000">
          <skipped message="no definition to compare the member list with"/>
        </testcase>
        <system-out>cluster demo is unhealthy</system-out>
      </testsuite>
    </testsuites>"
  `);
});

test("what a test case says is counted by its suite", async () => {
  const root = await parseXml(renderJunit(sampleReport));
  const count = (tag: string) => String(elements(root, tag).length);
  for (const suite of [root, ...elements(root, "testsuite")]) {
    expect(suite.attributes).toMatchObject({ tests: count("testcase"), failures: count("failure") });
  }
  expect(elements(root, "testsuite")[0]?.attributes["skipped"]).toBe(count("skipped"));
});

test("two findings about one member are one test case: of the same name GitLab keeps one", async () => {
  const [first, ...others] = sampleReport.checks;
  if (first === undefined) throw new Error("no check");
  const twice = { ...first, results: first.results.flatMap((one) => [one, { ...one, reason: "again" }]) };
  const root = await parseXml(renderJunit({ ...sampleReport, checks: [twice, ...others] }));
  const names = elements(root, "testcase").map(({ attributes }) => attributes["name"]);
  expect(new Set(names).size).toBe(names.length);
  expect(elements(root, "failure").map(({ text }) => text)).toEqual([
    "connection refused\nStart etcd.\nagain\nStart etcd.",
  ]);
});

test("names and errors that hold markup or what XML forbids stay text", async () => {
  const root = await parseXml(renderJunit(hostileReport));
  expect(elements(root, "script")).toEqual([]);
  expect(elements(root, "failure")[0]?.text).toContain("<script>alert('1')</script><!-- ]]> & \\");
  expect(elements(root, "testcase")).toHaveLength(
    elements(await parseXml(renderJunit(sampleReport)), "testcase").length,
  );
});
