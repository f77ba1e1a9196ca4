import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { defaultEtcd } from "../support/etcd";
import { Followed, listen, names, SOON, words } from "./support/followed";
import { SlowLinks } from "./support/slow-links";

/** Through any of the members. */
const put = ({ cluster }: Followed, service: string, name: string): Promise<string> =>
  cluster.etcdctl(["put", `/micro/${service}/${name}`, JSON.stringify({ endpoint: `http://${name}` })]);

describe("what a discovery knows of its cluster", () => {
  let followed: Followed;
  beforeAll(async () => {
    followed = await Followed.start(await defaultEtcd());
  });
  afterEach(() => followed.closeRegistries());
  afterAll(() => followed?.stop());

  test("is fresh as long as members answer, even if later than another one would be asked", async () => {
    const service = followed.service();
    const links = await SlowLinks.open(followed.cluster.endpoints, { delayMs: 250 });
    onTestFinished(() => links.close());
    const registry = followed.registry({ connectTo: links.connectTo });
    const discovery = registry.discover(service);
    let staleCount = 0;
    discovery.on("stale", () => (staleCount += 1));
    await discovery.ready({ timeoutMs: 20_000 });
    // A list confirms once; what comes later is confirmed by checks.
    const listedAt = discovery.snapshot.confirmedAt ?? 0;
    const isLater = (): boolean => (discovery.snapshot.confirmedAt ?? 0) > listedAt + 4000;
    await expect.poll(isLater, SOON).toBe(true);
    await put(followed, service, "1");
    await expect.poll(() => names(discovery), SOON).toEqual([`${service}/1`]);
    expect(staleCount).toBe(0);
  });

  test("is stale at once for a program that has done something else for too long", async () => {
    const timing = { checkEveryMs: 100, callTimeoutMs: 300 };
    const discovery = followed.registry({ timing }).discover(followed.service());
    await discovery.ready();
    expect(discovery.snapshot.isStale).toBe(false);
    const { instances } = discovery.snapshot;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    expect(discovery.snapshot.isStale).toBe(true);
    await vi.waitFor(() => expect(discovery.snapshot.isStale).toBe(false), SOON);
    expect(discovery.snapshot.instances).toBe(instances);
  });

  test("knows when a cluster has lost all that it knew, and tells the difference", async () => {
    const service = followed.service();
    for (const name of ["stays", "goes"]) await followed.writer.put(service, name);
    const discovery = followed.registry().discover(service);
    const told = listen(discovery);
    await discovery.ready();
    const { members } = followed.cluster;
    await Promise.all(members.map((member) => member.kill()));
    await once(discovery, "stale", { signal: AbortSignal.timeout(20_000) });
    expect(names(discovery)).toEqual([`${service}/goes`, `${service}/stays`]);
    await Promise.all(members.map((member) => member.wipe()));
    for (const member of members) member.start();
    await Promise.all(members.map((member) => member.ready()));
    for (const name of ["comes", "stays"]) await put(followed, service, name);
    await vi.waitFor(() => {
      expect(names(discovery)).toEqual([`${service}/comes`, `${service}/stays`]);
      expect(discovery.snapshot.isStale).toBe(false);
    }, SOON);
    const since = told.changes.slice(2);
    expect(since.filter(({ type }) => type === "removed").map(words)).toContain("removed goes");
    // Replayed they give what is there, whenever in between it was listed.
    const standing = new Set(["stays", "goes"]);
    for (const { type, instance } of since)
      if (type === "removed") expect(standing.delete(instance.instance)).toBe(true);
      else if (type === "added") {
        expect(standing.has(instance.instance)).toBe(false);
        standing.add(instance.instance);
      } else expect(standing.has(instance.instance)).toBe(true);
    expect([...standing].toSorted()).toEqual(["comes", "stays"]);
    await put(followed, service, "later");
    await vi.waitFor(() => expect(words(told.changes.at(-1)!)).toBe("added later"), SOON);
  });

  test("says at once that the user may not read a service, and follows it as soon as he may", async () => {
    const service = followed.service();
    await put(followed, service, "1");
    const ctl = (line: string): Promise<string> => followed.cluster.etcdctl(line.split(" "));
    for (const line of [
      "user add root:root",
      "user grant-role root root",
      "role add reader",
      "role grant-permission reader --prefix=true read /micro/public/",
      "user add app:secret",
      "user grant-role app reader",
      "auth enable",
    ])
      await ctl(line);
    const registry = followed.registry({ user: { name: "app", password: "secret" } });
    const [allowed, denied] = [registry.discover("public/a"), registry.discover(service)];
    await allowed.ready({ timeoutMs: 20_000 });
    await expect(denied.ready()).rejects.toMatchObject({ kind: "permission-denied" });
    expect(denied.snapshot).toMatchObject({ isStale: true, instances: [] });
    await ctl(`--user=root:root role grant-permission reader --prefix=true read /micro/${service}/`);
    await vi.waitFor(() => expect(names(denied)).toEqual([`${service}/1`]), SOON);
    expect(denied.snapshot.isStale).toBe(false);
  });

  test("survives that all it may read is left while it looks for another member", async () => {
    const [service, secret] = [followed.service(), followed.service()];
    const timing = { checkEveryMs: 100, hedgeAfterMs: 300 };
    const registry = followed.registry({ user: { name: "app", password: "secret" }, timing });
    const allowed = registry.discover("public/b");
    await allowed.ready({ timeoutMs: 20_000 });
    const refused = registry.discover(secret);
    await expect(refused.ready()).rejects.toMatchObject({ kind: "permission-denied" });
    for (const member of followed.cluster.members) member.freeze();
    onTestFinished(() => followed.cluster.members.forEach((member) => member.thaw()));
    // Noticed after 400 ms; a second one is asked after 700 ms, for what is then followed.
    await sleep(550);
    await allowed.close();
    await once(refused, "problem", { signal: AbortSignal.timeout(20_000) });
    followed.cluster.members.forEach((member) => member.thaw());
    const later = registry.discover("public/a");
    await later.ready({ timeoutMs: 20_000 });
    expect(later.snapshot.isStale).toBe(false);
    await expect(registry.discover(service).ready()).rejects.toMatchObject({ kind: "permission-denied" });
  });
});
