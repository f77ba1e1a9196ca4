import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
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

  test("one of them frozen: it is told apart from a dead one, and costs one deadline", async () => {
    const victim = await follower(cluster);
    cluster.member(victim).freeze();
    const report = await verify({ expectation, ...quick });
    expect(failedChecks(report)).toEqual(["member-answers"]);
    expect(failures(report, "member-answers")).toMatchObject([
      { member: victim, reason: `takes connections but gave no answer within ${callTimeoutMs} ms` },
    ]);
    expect(report.endpoints.find(({ member }) => member === victim)?.problem?.kind).toBe("timed-out");
    expect(report.tookMs).toBeLessThan(boundMs);
  });

  test("all but one frozen: no quorum, and it costs one deadline", async () => {
    const [, ...victims] = cluster.members;
    victims.forEach((member) => member.freeze());
    const report = await verify({ expectation, callTimeoutMs });
    expect(failures(report, "member-answers").map(({ member }) => member)).toEqual(["etcd-2", "etcd-3"]);
    expect(failures(report, "write-read")[0]?.reason).toMatch(/no quorum/);
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

  test("one with a wrong peer URL in the definition: both are told", async () => {
    const members = expectation.members.map((member) =>
      member.name === "etcd-2" ? { ...member, peerUrls: ["http://127.0.0.1:1"] } : member,
    );
    const report = await verify({ expectation: { members }, ...quick });
    expect(failedChecks(report)).toEqual(["membership"]);
    const { peerUrl } = cluster.member("etcd-2");
    expect(failures(report, "membership")).toMatchObject([
      {
        member: "etcd-2",
        reason: `etcd-2 has the peer URLs ${peerUrl}, the definition wants http://127.0.0.1:1`,
        lasting: true,
      },
    ]);
  });

  test("one that the definition does not have", async () => {
    const members = expectation.members.slice(0, 2);
    const report = await verify({ expectation: { members }, ...quick });
    expect(failedChecks(report)).toEqual(["membership"]);
    expect(failures(report, "membership")).toHaveLength(1);
    expect(failures(report, "membership")[0]?.reason).toMatch(
      /^etcd-3 \([0-9a-f]+, .*is not in the definition$/,
    );
  });

  test("a fourth one in the definition that nobody added", async () => {
    const absent = { name: "etcd-4", endpoint: "http://127.0.0.1:1", peerUrls: ["http://127.0.0.1:2"] };
    const report = await verify({ expectation: { members: [...expectation.members, absent] }, ...quick });
    expect(failedChecks(report)).toEqual(["member-answers", "membership"]);
    expect(failures(report, "membership")).toMatchObject([
      { member: "etcd-4", reason: "etcd-4 is not in the member list" },
    ]);
  });

  test("one that was added but has never started", async () => {
    const peerUrl = "http://127.0.0.1:2";
    // etcd takes no new member for a while after one was away: "unhealthy cluster".
    const reply = await vi.waitFor(
      () => cluster.etcdctl(["member", "add", "etcd-4", "--learner", `--peer-urls=${peerUrl}`]),
      { timeout: 25_000, interval: 500 },
    );
    try {
      const late = { name: "etcd-4", endpoint: "http://127.0.0.1:1", peerUrls: [peerUrl] };
      const members = [...expectation.members, late];
      const report = await verify({ expectation: { members, learners: ["etcd-4"] }, ...quick });
      expect(failures(report, "membership")).toMatchObject([
        { member: "etcd-4", reason: "etcd-4 is in the member list but has never started" },
      ]);
    } finally {
      await cluster.etcdctl(["member", "remove", /Member\s+([0-9a-f]+) added/.exec(reply)?.[1] ?? ""]);
    }
  });

  test("two with their endpoints exchanged: each is told who answers for it", async () => {
    const [first, second, third] = expectation.members;
    const members = [
      { ...first!, endpoint: second!.endpoint },
      { ...second!, endpoint: first!.endpoint },
      third!,
    ];
    const report = await verify({ expectation: { members }, ...quick });
    expect(failures(report, "membership").map(({ reason }) => reason)).toEqual([
      `${second!.endpoint} is answered by etcd-2, the definition says etcd-1`,
      `${first!.endpoint} is answered by etcd-1, the definition says etcd-2`,
    ]);
  });

  test("mixed with a member of another cluster: two cluster IDs, and who has which", async () => {
    const other = await RawCluster.start({ binaries: await defaultEtcd(), size: 1, namePrefix: "etcd-x" });
    try {
      const members = [
        ...expectation.members.slice(0, 2),
        { ...expectation.members[2]!, endpoint: other.endpoints[0]! },
      ];
      const report = await verify({ expectation: { members }, callTimeoutMs });
      expect(failures(report, "same-cluster")).toHaveLength(1);
      expect(failures(report, "same-cluster")[0]?.reason).toMatch(
        /^2 different clusters answer \(etcd-1 and etcd-2: [0-9a-f]+; etcd-3: [0-9a-f]+\)$/,
      );
      expect(failedChecks(report)).toContain("one-leader");
      expect(await other.etcdctl(["get", "", "--from-key", "--keys-only"])).toBe("");
    } finally {
      await other.stop();
    }
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
        "timed-out",
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

  test("pass 20 times in a row while others write", async () => {
    let writing = true;
    const writer = async (index: number): Promise<void> => {
      for (let count = 0; writing; count += 1)
        await cluster.etcdctl(["put", `load/${index}/${count % 50}`, "x".repeat(1000)]);
    };
    const writers = [1, 2, 3].map(writer);
    try {
      for (let run = 1; run <= 20; run += 1) {
        const report = await verify({ expectation, skip: run % 10 === 0 ? [] : ["lease-expires"] });
        expect(
          failedChecks(report),
          `run ${run}: ${JSON.stringify(report.checks.filter(({ outcome }) => outcome === "failed"))}`,
        ).toEqual([]);
      }
    } finally {
      writing = false;
      await Promise.all(writers);
    }
  }, 90_000);
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
      kind: "unreachable",
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
