import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { verify } from "../../../lib/verification";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { silentListener, type Listener } from "../support/listeners";
import { inOwnTime } from "../support/own-time";
import { check } from "../support/reports";

const callTimeoutMs = 2000;
/** What is promised: one deadline and a second. */
const boundMs = callTimeoutMs + 1000;

const listeners: Listener[] = [];
afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.stop())));

async function silentEndpoint(): Promise<string> {
  const listener = await silentListener();
  listeners.push(listener);
  return listener.endpoint;
}

describe("where a lease takes eight seconds, because elections take five", () => {
  let cluster: RawCluster;
  beforeAll(async () => {
    const flags = ["--election-timeout=5000", "--heartbeat-interval=500"];
    cluster = await RawCluster.start({ binaries: await defaultEtcd(), flags, size: 1 });
  });
  afterAll(() => cluster?.stop());

  test("nobody waits for it while a member is silent, and it is given back", async () => {
    const endpoints = [...cluster.endpoints, await silentEndpoint()];
    const { result: report, ownMs } = await inOwnTime(() => verify({ endpoints, callTimeoutMs }));
    expect(check(report, "lease-expires")).toMatchObject({
      outcome: "skipped",
      results: [{ reason: "a lease takes 8 s here, too long to wait for while a member is silent" }],
    });
    expect(ownMs).toBeLessThanOrEqual(boundMs);
    expect(await cluster.etcdctl(["lease", "list"])).toBe("found 0 leases\n");
    expect(await cluster.etcdctl(["get", "", "--from-key", "--keys-only"])).toBe("");
  });

  test("it is waited for where all answer, or are refused at once", async () => {
    const endpoints = [...cluster.endpoints, "http://127.0.0.1:1"];
    const report = await verify({ endpoints, callTimeoutMs, checks: ["lease-expires"] });
    expect(check(report, "lease-expires").results).toMatchObject([
      { outcome: "passed", reason: expect.stringMatching(/^gone \d+\.\d s after a lease of 8 s$/) },
      { outcome: "skipped", reason: "does not answer" },
    ]);
  });
});

test("the verdict comes in time with all checks also while the leader is frozen, after whom every lease starts afresh", async () => {
  const cluster = await RawCluster.start({ binaries: await defaultEtcd() });
  try {
    cluster.member(await cluster.leader()).freeze();
    const { expectation } = cluster;
    const { result: report, ownMs } = await inOwnTime(() => verify({ expectation, callTimeoutMs }));
    expect(ownMs).toBeLessThanOrEqual(boundMs);
    expect(check(report, "member-answers").outcome).toBe("failed");
  } finally {
    await cluster.stop();
  }
});
