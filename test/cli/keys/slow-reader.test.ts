import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Members, prefixRange } from "../../../lib/client";
import { watchLasting } from "../../../lib/cli/keys/lasting-watch";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";

const TEST_MS = 60_000;
const CALL_TIMEOUT_MS = 5000;
const SOON = { timeout: 30_000, interval: 50 };
/** Three times what may wait. */
const VALUES = 48;
const VALUE = Buffer.alloc(1024 * 1024);

let etcd: RawCluster;
let members: Members;
beforeAll(async () => {
  etcd = await RawCluster.start({ binaries: await defaultEtcd(), size: 1 });
  members = Members.open({ endpoints: etcd.endpoints, callTimeoutMs: CALL_TIMEOUT_MS });
}, TEST_MS);
afterAll(async () => {
  members?.close();
  await etcd?.stop();
});

const put = (key: string, value: Buffer) =>
  members
    .ranked()[0]!
    .call((client, call) => client.kv.put({ key: Buffer.from(`slow/${key}`), value }, call));

test(
  "a watch that is printed to a slow reader leaves the rest with the cluster, and tells all in the end",
  async () => {
    const keys: string[] = [];
    const unread: (() => void)[] = [];
    let isReading = false;
    const ended = new AbortController();
    const watching = watchLasting(
      { members, callTimeoutMs: CALL_TIMEOUT_MS, tls: undefined },
      { range: prefixRange("slow/"), startRevision: 1n, withPrevious: false },
      {
        happened: ({ events }) => {
          keys.push(...events.map(({ kv }) => kv.key.toString().replace("slow/", "")));
          return isReading ? Promise.resolve() : new Promise((resolve) => unread.push(resolve));
        },
        troubled: () => undefined,
      },
      ended.signal,
    );
    await put("first", Buffer.alloc(0));
    // What it has missed comes at once, however much that is; from now on it comes one by one.
    await vi.waitFor(() => expect(keys).toEqual(["first"]), SOON);
    const names = Array.from({ length: VALUES }, (_, index) => String(index));
    for (const name of names) await put(name, VALUE);
    await vi.waitFor(() => expect(keys.length).toBeGreaterThan(VALUES / 4), SOON);
    expect(keys.length).toBeLessThan(VALUES / 2);

    isReading = true;
    unread.forEach((settle) => settle());
    await vi.waitFor(() => expect(keys).toHaveLength(1 + VALUES), SOON);
    ended.abort();
    await watching;
    expect(keys).toEqual(["first", ...names]);
  },
  TEST_MS,
);
