import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Members, prefixRange, type WatchReply } from "../../lib/client";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";

let cluster: RawCluster;
let members: Members;
beforeAll(async () => {
  cluster = await RawCluster.start({ binaries: await defaultEtcd(), tls: {} });
  members = Members.open({
    endpoints: cluster.members.map(({ endpoint }) => endpoint),
    tls: cluster.tls,
    callTimeoutMs: 2000,
  });
});
afterAll(async () => {
  members?.close();
  await cluster?.stop();
});

const put = (key: string, value: string): Promise<unknown> =>
  members.hedged(
    (member) =>
      member.call((etcd, options) =>
        etcd.kv.put({ key: Buffer.from(key), value: Buffer.from(value) }, options),
      ),
    { hedgeAfterMs: 300 },
  );

describe("the members of a cluster", () => {
  test("answer while one of them is frozen, whichever it is", async () => {
    for (const member of cluster.members) {
      member.freeze();
      try {
        // Without the leader the others elect one first.
        await vi.waitFor(() => put(`frozen/${member.name}`, "1"), { timeout: 20_000 });
      } finally {
        member.thaw();
      }
      await member.ready();
    }
    const { value } = await members.hedged(
      (member) => member.call((etcd, options) => etcd.kv.range({ ...prefixRange("frozen/") }, options)),
      { hedgeAfterMs: 300 },
    );
    expect(value.kvs).toHaveLength(3);
  });

  test("tell what they see on a watch, and nothing after its end", async () => {
    const replies: WatchReply[] = [];
    let ends = 0;
    const [member] = members.ranked();
    const watch = await member!.watch({ reply: (reply) => replies.push(reply), ended: () => (ends += 1) });
    watch.create({ ...prefixRange("watched/"), watchId: 7, withPrevious: true });
    await expect.poll(() => replies[0]).toMatchObject({ watchId: 7, isCreated: true, isCanceled: false });
    await put("watched/\0", "one");
    await put("watched/\0", "two");
    await expect.poll(() => replies.flatMap(({ events }) => events)).toHaveLength(2);
    expect(replies.flatMap(({ events }) => events)[1]).toMatchObject({
      type: "put",
      kv: { key: Buffer.from("watched/\0"), value: Buffer.from("two"), version: 2n, leaseId: "0" },
      previous: { value: Buffer.from("one") },
    });
    watch.requestProgress();
    await expect.poll(() => replies.at(-1)).toMatchObject({ watchId: -1, events: [] });
    watch.close();
    await put("watched/a", "three");
    expect(ends).toBe(1);
    expect(replies.flatMap(({ events }) => events)).toHaveLength(2);
  });

  test("keep a lease alive, and say 0 of one that is none", async () => {
    const [member] = members.ranked();
    const { ID } = await member!.call((etcd, options) => etcd.leaseClient.leaseGrant({ TTL: 60 }, options));
    expect(await member!.keepAlive(ID)).toMatchObject({ ttlSeconds: 60 });
    expect(await member!.keepAlive("12345")).toMatchObject({ ttlSeconds: 0 });
  });

  test("say what is the matter when all are gone", async () => {
    const lost = Members.open({
      endpoints: ["http://127.0.0.1:1", "http://127.0.0.1:2"],
      callTimeoutMs: 500,
    });
    await expect(lost.hedged((member) => member.keepAlive("1"), { hedgeAfterMs: 100 })).rejects.toMatchObject(
      {
        kind: "refused",
        message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[12]: connection refused$/) as string,
      },
    );
    lost.close();
  });

  test("do not name the endpoint where it is the only one", async () => {
    const lost = Members.open({ endpoints: ["http://127.0.0.1:1"], callTimeoutMs: 500 });
    await expect(lost.hedged((member) => member.keepAlive("1"), { hedgeAfterMs: 100 })).rejects.toMatchObject(
      { kind: "refused", message: "connection refused" },
    );
    lost.close();
  });

  test("say without a quorum what the one that lives says, whichever is asked first", async () => {
    const [first, second, living] = cluster.members;
    await Promise.all([first!.kill(), second!.kill()]);
    try {
      for (const suspect of cluster.members) {
        const left = Members.open({
          endpoints: cluster.endpoints,
          tls: cluster.tls,
          callTimeoutMs: 1000,
        });
        // Asked last from now on.
        left.all.find(({ target }) => target.endpoint === suspect.endpoint)!.suspect();
        const read = left.hedged(
          (member) => member.call((etcd, options) => etcd.kv.range({ key: Buffer.from("a") }, options)),
          { hedgeAfterMs: 100 },
        );
        await expect(read).rejects.toMatchObject({
          kind: expect.stringMatching(/^no-(quorum|leader)$/) as string,
          message: expect.stringMatching(new RegExp(`^${living!.endpoint}: `)) as string,
          remedy: expect.stringContaining("More than half") as string,
        });
        left.close();
      }
    } finally {
      await Promise.all([first!.restart(), second!.restart()]);
    }
  });
});
