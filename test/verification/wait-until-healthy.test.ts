import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderProgress, waitUntilHealthy, type ProgressEvent } from "../../lib/verification";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { blackHole } from "./support/listeners";
import { failedChecks, failures } from "./support/reports";

describe("waiting", () => {
  let cluster: RawCluster;
  const quick = { callTimeoutMs: 1500, skip: ["lease-expires"] };

  beforeAll(async () => {
    cluster = await RawCluster.start({ binaries: await defaultEtcd() });
  });
  afterAll(() => cluster?.stop());

  test("tells what each member lacks until all are up", async () => {
    await Promise.all(cluster.members.map((member) => member.kill()));
    const [first, ...others] = cluster.members;
    const lines: string[] = [];
    const report = await waitUntilHealthy({
      expectation: cluster.expectation,
      ...quick,
      timeoutMs: 60_000,
      onProgress: (event) => {
        lines.push(renderProgress(event));
        // Each step is taken when the one before has been seen, so that none can be missed.
        if (lines.length === 3) first?.start();
        if (lines.length === 4) others.forEach((member) => member.start());
      },
    });
    expect(report.verdict).toBe("healthy");
    expect(lines.slice(0, 3).sort()).toEqual([1, 2, 3].map((n) => `etcd-${n}: connection refused`));
    // A member that starts does not answer anybody before there is a quorum.
    expect(lines[3]).toMatch(
      /^etcd-1: takes connections .* within 1500 ms: its member runs, and waits for a quorum/,
    );
    for (const { name } of cluster.members) {
      expect(lines.filter((line) => line.startsWith(name)).at(-1)).toBe(`${name}: healthy`);
    }
  });

  test("tells what changes, and nothing twice", async () => {
    const [first, ...others] = cluster.members;
    await Promise.all(others.map((member) => member.kill()));
    const events: ProgressEvent[] = [];
    const report = await waitUntilHealthy({
      expectation: cluster.expectation,
      ...quick,
      timeoutMs: 60_000,
      onProgress: (event) => {
        events.push(event);
        if (event.state === "no leader") others.forEach((member) => member.start());
      },
    });
    expect(report.verdict).toBe("healthy");
    expect(events.map(renderProgress)).toContain(`${first?.name}: no leader`);
    for (const { name } of cluster.members) {
      const states = events.filter(({ member }) => member === name).map(({ state }) => state);
      expect(states.at(-1)).toBe("healthy");
      expect(states.filter((state, index) => state === states[index - 1])).toEqual([]);
    }
  });

  test("ends when time is up, with a report that says what is missing", async () => {
    await cluster.member("etcd-2").kill();
    const began = performance.now();
    const report = await waitUntilHealthy({ expectation: cluster.expectation, ...quick, timeoutMs: 1000 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(1000);
    expect(performance.now() - began).toBeLessThan(1000 + 3 * quick.callTimeoutMs);
    expect(report.verdict).toBe("unhealthy");
    expect(failures(report, "member-answers")).toMatchObject([
      { member: "etcd-2", reason: "connection refused" },
    ]);
    await cluster.member("etcd-2").restart();
  });

  test("ends at once when waiting cannot help", async () => {
    const expectation = { ...cluster.expectation, release: "3.0.0" };
    const report = await waitUntilHealthy({ expectation, ...quick, timeoutMs: 600_000 });
    expect(failedChecks(report)).toEqual(["release"]);
  });

  test("ends early when nothing can be reached from here", async () => {
    const hole = await blackHole();
    try {
      const members = [{ name: "etcd-1", endpoint: hole.endpoint, peerUrls: ["http://127.0.0.1:1"] }];
      const waiting = { expectation: { members }, ...quick, timeoutMs: 600_000, unreachableAfterMs: 500 };
      const report = await waitUntilHealthy({ ...waiting, privateNetwork: true });
      expect(report.verdict).toBe("unreachable");
    } finally {
      await hole.stop();
    }
  });

  test("repeats the checks while they may still pass", async () => {
    const { members } = cluster.expectation;
    const undefinedMember = { members: members.slice(0, 2) };
    const began = performance.now();
    const report = await waitUntilHealthy({ expectation: undefinedMember, ...quick, timeoutMs: 1500 });
    expect(failedChecks(report)).toEqual(["membership"]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(1500);
  });

  test("ends when the caller gives up", async () => {
    await cluster.member("etcd-3").kill();
    const abort = new AbortController();
    const waiting = waitUntilHealthy({
      expectation: cluster.expectation,
      ...quick,
      timeoutMs: 600_000,
      signal: abort.signal,
      onProgress: ({ member }) => member === "etcd-3" && abort.abort(new Error("enough")),
    });
    await expect(waiting).rejects.toThrow("enough");
  });
});
