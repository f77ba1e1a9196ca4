import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { firstLine } from "../../aws/support/background-program";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { defaultEtcd, etcdBinaries } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { fillQuota } from "./support/fill-quota";
import { logFile, startLoad } from "./support/load-of-test";
import { processesWith } from "./support/open-files";
import { WriteLoad } from "./write-load";
import { isAcknowledged, writesIn } from "./writes";

const GONE_TIMEOUT_MS = 30_000;
const LOADER = join(__dirname, "..", "..", "..", "bin", "run.js");

// Longer than what is waited for, so that who waits can say what is missing.
vi.setConfig({ testTimeout: 180_000 });

describe("three members", () => {
  let cluster: RawCluster;
  beforeAll(async () => {
    cluster = await RawCluster.start({ binaries: await defaultEtcd() });
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

  test("left alone: all is acknowledged by all members, at the rate that is wanted at most", async () => {
    // However slow this machine is just now.
    const load = await startLoad({ endpoints: cluster.endpoints, ratePerSecond: 50, callTimeoutMs: 20_000 });
    await load.waitForAcknowledged(60);
    await load.stop();
    const writes = writesIn(load.records);
    const tookMs = writes.at(-1)!.attempt.atMs - writes[0]!.attempt.atMs;
    // Node's timers may be a millisecond early.
    expect(writes.length).toBeLessThanOrEqual(tookMs / (1000 / 50 - 1) + 1);
    const acknowledged = writes.filter(isAcknowledged);
    expect(new Set(acknowledged.map(({ outcome }) => outcome.header.memberId)).size).toBe(3);
    expect(new Set(writes.map(({ attempt }) => attempt.value)).size).toBe(writes.length);
    expect(writes.every(({ attempt }) => attempt.value.length === 100)).toBe(true);
    expect(await load.check()).toEqual({
      acknowledged: writes.length,
      unknown: 0,
      refused: 0,
      lost: [],
      unexpected: [],
      problems: [],
    });
  });

  test("killed in turn: nothing is lost, and the others are found at once", async () => {
    const load = await startLoad({ endpoints: cluster.endpoints });
    for (const member of cluster.members) {
      await load.waitForAcknowledged(10);
      const brokeAt = Date.now();
      await member.kill("SIGKILL");
      await load.firstAcknowledgedAfter(Date.now());
      await load.waitForAcknowledged(10);
      await member.restart();
      expect(load.longestGap(brokeAt, Date.now()).sent).toBeGreaterThan(0);
    }
    const verdict = await load.check();
    expect(verdict).toMatchObject({ lost: [], unexpected: [], problems: [] });
    expect(verdict.refused + verdict.unknown).toBeGreaterThan(0);
    // It goes on, and can be judged again.
    await load.waitForAcknowledged(10);
    expect(await load.check()).toMatchObject({ problems: [] });
  });

  test("the leader frozen: writes go on with the others, and nothing is lost", async () => {
    const load = await startLoad({ endpoints: cluster.endpoints });
    await load.waitForAcknowledged(20);
    const leader = cluster.member(await cluster.leader());
    leader.freeze();
    await load.waitForAcknowledged(20);
    expect(await load.check({ endpoints: others(cluster, leader.name) })).toMatchObject({ problems: [] });
    leader.thaw();
    await load.waitForAcknowledged(20);
    const verdict = await load.check();
    expect(verdict).toMatchObject({ lost: [], unexpected: [], problems: [] });
    // What the frozen one was asked.
    expect(verdict.unknown).toBeGreaterThan(0);
  });

  test("one of them down when it is to be checked: it is named", async () => {
    const load = await startLoad({ endpoints: cluster.endpoints });
    await load.waitForAcknowledged(10);
    const [, victim] = cluster.members;
    await victim!.kill();
    const { lost, problems } = await load.check({ timeoutMs: 3000 });
    expect(lost).toEqual([]);
    expect(problems).toEqual([
      expect.stringMatching(new RegExp(`^${victim!.endpoint} could not be read: .*ECONNREFUSED`)),
    ]);
  });

  test("two of them down: that nothing is acknowledged is told with the reasons, and ends when one is back", async () => {
    const load = await startLoad({ endpoints: cluster.endpoints, callTimeoutMs: 500 });
    await load.waitForAcknowledged(10);
    const [, second, third] = cluster.members;
    await Promise.all([second!.kill(), third!.kill()]);
    const brokeAt = Date.now();
    await expect(load.waitForAcknowledged(1, 3000)).rejects.toThrow(
      /^no 1 acknowledged writes within 3000 ms:\n(.*: (refused|unknown): .*\n?){5}$/,
    );
    await expect(load.check({ timeoutMs: 1000 })).rejects.toThrow(
      /what the load wrote cannot be read: .*no member/s,
    );
    await second!.restart();
    const backAt = await load.firstAcknowledgedAfter(Date.now());
    // The check in between, in which the load rested, does not count.
    expect(load.longestGapMs(brokeAt, backAt)).toBeGreaterThan(2900);
    await third!.restart();
    expect(await load.check()).toMatchObject({ problems: [] });
  });

  test("the writer killed: what it had heard is in its log, and it leaves no process", async () => {
    const load = await startLoad({ endpoints: cluster.endpoints, ratePerSecond: 200 });
    // So many that they are read in several pages.
    await load.waitForAcknowledged(450);
    expect(processesWith(load.file)).toHaveLength(1);
    await load.kill();
    expect(load.isRunning).toBe(false);
    expect(processesWith(load.file)).toEqual([]);
    const verdict = await load.check();
    expect(verdict).toMatchObject({ lost: [], unexpected: [], problems: [] });
    expect(verdict.acknowledged).toBeGreaterThanOrEqual(450);
    await expect(load.pause()).rejects.toThrow(/^the writer ended before "paused" in the log: SIGKILL/);
  });

  test("an acknowledged key removed and another changed behind the load's back: both are named", async () => {
    const load = await startLoad({ endpoints: cluster.endpoints });
    await load.waitForAcknowledged(20);
    const [gone, changed] = writesIn(load.records).filter(
      (write) => isAcknowledged(write) && write.attempt.counter === undefined,
    );
    await cluster.etcdctl(["del", gone!.attempt.key]);
    await cluster.etcdctl(["put", changed!.attempt.key, "from nowhere"]);
    const { lost, problems } = await load.check();
    expect(lost.map(({ key }) => key)).toEqual([gone!.attempt.key, changed!.attempt.key]);
    expect(problems[0]).toMatch(new RegExp(`^${gone!.attempt.key} is gone: `));
    expect(problems[1]).toMatch(new RegExp(`^${changed!.attempt.key} has another value \\("from nowhere"`));
    expect(problems[2]).toMatch(new RegExp(`^${changed!.attempt.key} was sent once, .* but applied 2 times`));
    expect(problems).toHaveLength(3);
  });
});

test.each([
  ["oldest", 0],
  ["newest", 2],
])(
  "the %s etcd of the tests: a member killed and started again, and nothing is lost",
  async (_age, index) => {
    const cluster = await RawCluster.start({ binaries: (await etcdBinaries())[index]! });
    onTestFinished(() => cluster.stop());
    const load = await startLoad({ endpoints: cluster.endpoints });
    await load.waitForAcknowledged(20);
    await cluster.member(await cluster.leader()).restart();
    await load.waitForAcknowledged(20);
    expect(await load.check()).toMatchObject({ lost: [], unexpected: [], problems: [] });
  },
);

// It takes the write that crosses the quota, and calls it refused.
test("one out of space: what it refuses counts as unknown", async () => {
  const flags = [`--quota-backend-bytes=${2 * 2 ** 20}`];
  const cluster = await RawCluster.start({ binaries: await defaultEtcd(), size: 1, flags });
  onTestFinished(() => cluster.stop());
  const load = await startLoad({ endpoints: cluster.endpoints, ratePerSecond: 100 });
  await load.waitForAcknowledged(20);
  await fillQuota(cluster.endpoints[0]!);
  await vi.waitUntil(() => load.records.some((record) => "reason" in record), { timeout: 60_000 });
  await load.stop();
  const reasons = load.records.flatMap((record) => (record.type === "unknown" ? record.reason : []));
  expect(new Set(reasons)).toEqual(
    new Set(["8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded"]),
  );
  expect(await load.check()).toMatchObject({ refused: 0, problems: [] });
});

test("in a namespace of its own: it reaches what is there, and is gone with one signal from outside", async () => {
  const namespace = await NetworkNamespace.create();
  onTestFinished(() => namespace.remove());
  const folder = dirname(logFile());
  const endpoint = "http://127.0.0.1:2379";
  const command = (words: readonly string[]): string[] => namespace.command(words, folder);
  const load = await startLoad({ endpoints: [endpoint], command });
  await vi.waitUntil(() => load.records.some(({ type }) => type === "refused"), { timeout: 60_000 });
  const [file, ...args] = command([(await defaultEtcd()).etcd, `--data-dir=${join(folder, "data")}`]);
  spawn(file!, args, { stdio: "ignore" });
  await load.waitForAcknowledged(10);
  const verdict = await load.check();
  expect(verdict).toMatchObject({ lost: [], unexpected: [], problems: [] });
  expect(verdict.refused).toBeGreaterThan(0);
  expect(processesWith(load.file)).not.toEqual([]);
  await load.kill();
  await vi.waitUntil(() => processesWith(load.file).length === 0, { timeout: GONE_TIMEOUT_MS });
});

test("ends with whoever started it, also when that is killed", async () => {
  const file = logFile();
  const starter = spawn(process.execPath, [LOADER, join(__dirname, "support", "starting-program.ts"), file]);
  onTestFinished(() => void starter.kill("SIGKILL"));
  expect(await firstLine(starter)).toBe("started");
  expect(processesWith(file)).toHaveLength(1);
  starter.kill("SIGKILL");
  await vi.waitUntil(() => processesWith(file).length === 0, { timeout: GONE_TIMEOUT_MS });
});

test("says in one line why it cannot start", async () => {
  const endpoints = ["https://127.0.0.1:1"];
  const nowhere = {
    caFile: "/nowhere/ca.crt",
    certFile: "/nowhere/client.crt",
    keyFile: "/nowhere/client.key",
  };
  await expect(WriteLoad.start({ endpoints, tls: nowhere, file: logFile() })).rejects.toThrow(
    /^the writer ended before "started" in the log: exit code 1\nthe write load cannot start: Error: ENOENT.*ca\.crt'\n$/,
  );
  await expect(
    WriteLoad.start({ endpoints, file: logFile(), command: () => ["/nowhere/node"] }),
  ).rejects.toThrow(/spawn \/nowhere\/node ENOENT/);
});

function others({ members }: RawCluster, name: string): string[] {
  return members.filter((member) => member.name !== name).map(({ endpoint }) => endpoint);
}
