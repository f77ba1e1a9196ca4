import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { verify, type ClusterExpectation, type VerificationReport } from "../../lib/verification";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { blackHole, silentListener, type Listener } from "./support/listeners";
import { check, failedChecks, failures } from "./support/reports";

const callTimeoutMs = 1500;
/** Two deadlines one after another would take longer than this, on a busy machine too. */
const boundMs = 2 * callTimeoutMs - 100;

describe("three members", () => {
  let cluster: RawCluster;
  let expectation: ClusterExpectation;
  const quick = { callTimeoutMs, skip: ["lease-expires"] };

  beforeAll(async () => {
    cluster = await RawCluster.start({ binaries: await defaultEtcd() });
    expectation = cluster.expectation;
  });
  afterEach(async () => {
    // Whatever the test did to them.
    for (const member of cluster.members) {
      member.thaw();
      if (!member.isRunning) member.start();
    }
    await Promise.all(cluster.members.map((member) => member.ready()));
  });
  afterAll(() => cluster?.stop());

  test("one of them killed: it is named, the others are tried all the same", async () => {
    const victim = await follower(cluster);
    await cluster.member(victim).kill();
    const report = await verify({ expectation, callTimeoutMs });
    expect(report.verdict).toBe("unhealthy");
    expect(failedChecks(report)).toEqual(["member-answers"]);
    expect(failures(report, "member-answers")).toMatchObject([
      { member: victim, endpoint: cluster.member(victim).endpoint, reason: "connection refused" },
    ]);
    for (const id of ["write-read", "watch-sees", "lease-expires"]) {
      expect(outcomes(report, id)).toEqual(
        cluster.members.map(({ name }) => [name, name === victim ? "skipped" : "passed"]),
      );
    }
  });

  test("two of them killed: no quorum, and it costs one deadline", async () => {
    const [last, ...victims] = cluster.members;
    await Promise.all(victims.map((member) => member.kill()));
    const report = await verify({ expectation, callTimeoutMs });
    expect(report.verdict).toBe("unhealthy");
    expect(failures(report, "member-answers").map(({ member }) => member)).toEqual(["etcd-2", "etcd-3"]);
    const [write] = failures(report, "write-read");
    expect(write?.member).toBe(last?.name);
    expect(write?.reason).toMatch(/no quorum/);
    expect(failures(report, "lease-expires")[0]?.reason).toMatch(/no quorum/);
    expect(report.tookMs).toBeLessThan(boundMs);
  });

  test("all of them down: unhealthy, also where a private network would excuse silence", async () => {
    await Promise.all(cluster.members.map((member) => member.kill()));
    const report = await verify({ expectation, ...quick, privateNetwork: true });
    expect(report.verdict).toBe("unhealthy");
    expect(failedChecks(report)).toContain("member-answers");
    expect(report.endpoints.map(({ problem }) => problem?.kind)).toEqual(["refused", "refused", "refused"]);
    expect(report.tookMs).toBeLessThan(callTimeoutMs);
  });

  test("two of five endpoints swallow packets, one never answers: told apart, for one deadline", async () => {
    const listeners = await Promise.all([blackHole(), blackHole(), silentListener()]);
    try {
      const endpoints = [...cluster.endpoints.slice(0, 2), ...listeners.map(({ endpoint }) => endpoint)];
      const report = await verify({ endpoints, ...quick, privateNetwork: true });
      expect(report.endpoints.map(({ problem }) => problem?.kind)).toEqual([
        undefined,
        undefined,
        "unreachable",
        "unreachable",
        "silent",
      ]);
      expect(report.verdict).toBe("unhealthy");
      expect(report.tookMs).toBeLessThan(boundMs);
    } finally {
      await stopAll(listeners);
    }
  });

  test("are asked for nothing more once the caller gives up, and keep nothing", async () => {
    const abort = new AbortController();
    const verification = verify({ expectation, callTimeoutMs, signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 500);
    await expect(verification).rejects.toThrow("enough");
    await expect
      .poll(() => cluster.etcdctl(["get", "", "--from-key", "--keys-only"]), { timeout: 10_000 })
      .toBe("");
  });
});

describe("nobody there", () => {
  const listeners: Listener[] = [];
  afterEach(() => stopAll(listeners.splice(0)));

  test("packets swallowed everywhere: not reachable from here, if the caller expects that; else unhealthy", async () => {
    listeners.push(await blackHole());
    const endpoints = listeners.map(({ endpoint }) => endpoint);
    expect((await verify({ endpoints, callTimeoutMs, privateNetwork: true })).verdict).toBe("unreachable");
    expect((await verify({ endpoints, callTimeoutMs })).verdict).toBe("unhealthy");
  });

  test("a name that does not resolve: not reachable from here", async () => {
    const report = await verify({
      endpoints: ["http://etcd-1.invalid:2379"],
      callTimeoutMs,
      privateNetwork: true,
    });
    expect(report.endpoints[0]?.problem).toMatchObject({
      kind: "unknown-host",
      message: "the host name does not resolve",
    });
    expect(report.verdict).toBe("unreachable");
  });

  test("refuses a check that there is not, and a time that is none", async () => {
    const endpoints = ["http://127.0.0.1:1"];
    await expect(verify({ endpoints, skip: ["no-such"] })).rejects.toThrow("no such check: no-such");
    await expect(verify({ endpoints, callTimeoutMs: 0 })).rejects.toThrow("the time per call is 0 ms");
  });
});

async function follower(cluster: RawCluster): Promise<string> {
  const leader = await cluster.leader();
  const other = cluster.members.find(({ name }) => name !== leader);
  if (other === undefined) throw new Error("no follower");
  return other.name;
}

function outcomes(report: VerificationReport, id: string): (string | undefined)[][] {
  return check(report, id).results.map(({ member, outcome }) => [member, outcome]);
}

async function stopAll(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.stop()));
}
