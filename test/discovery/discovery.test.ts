import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { goNamingLayout, type Change, type InvalidEntry, type Selection } from "../../lib/discovery";
import { defaultEtcd } from "../support/etcd";
import { Followed, listen, names, SOON, words } from "./support/followed";

describe("discovery", () => {
  let followed: Followed;
  beforeAll(async () => {
    followed = await Followed.start(await defaultEtcd());
  });
  afterEach(() => followed.closeRegistries());
  afterAll(() => followed?.stop());

  test("of a service does not see one whose name goes on after a slash", async () => {
    const { writer } = followed;
    const [above, below] = ["shop", "shop/basket"];
    for (const service of [above, below, "shopping"]) await writer.put(service, "1");
    const registry = followed.registry();
    const of = async (selection: Selection): Promise<string[]> => {
      const discovery = registry.discover(selection);
      await discovery.ready();
      return names(discovery);
    };
    expect(await of(above)).toEqual(["shop/1"]);
    expect(await of(below)).toEqual(["shop/basket/1"]);
    expect(await of({ all: true, below: "shop" })).toEqual(["shop/basket/1"]);
    expect(await of([above, "shopping", above])).toEqual(["shop/1", "shopping/1"]);
    expect(await of({ all: true })).toEqual(
      expect.arrayContaining(["shop/1", "shop/basket/1", "shopping/1"]),
    );
    const { instances } = await registry.list({ all: true, below: "shop" });
    expect(instances.map(({ service }) => service)).toEqual([below]);
  });

  test("leaves out what it cannot read, says so once, and takes it when it can be read", async () => {
    const service = followed.service();
    const { writer } = followed;
    const key = `/micro/${service}/x`;
    await writer.put(service, "good");
    const first = await writer.putRaw(key, "no JSON");
    const discovery = followed.registry().discover(service);
    const told = listen(discovery);
    await discovery.ready();
    expect(names(discovery)).toEqual([`${service}/good`]);
    expect(told.invalid).toMatchObject([{ key, modRevision: first }]);
    await writer.put(service, "x");
    const spoiled = await writer.putRaw(key, '{"endpoint":5}');
    const bytes = await writer.putRaw(key, Buffer.of(0xff, 0x00));
    await writer.put(service, "x");
    await writer.remove(service, "x");
    await vi.waitFor(
      () =>
        expect(told.changes.map(words)).toEqual([
          "added good",
          "added x",
          "removed x",
          "added x",
          "removed x",
        ]),
      SOON,
    );
    expect(told.invalid.map(({ modRevision }) => modRevision)).toEqual([first, spoiled, bytes]);
    for (const { reason } of told.invalid) expect(reason).toMatch(/^[^\n.]+$/);
  });

  test("asks a schema what metadata must be, and gives what it makes of it", async () => {
    const service = followed.service();
    const schema = {
      parse: (value: unknown): { weight: number } => {
        const { weight = 1 } = value as { weight?: unknown };
        if (typeof weight !== "number") throw new Error("the weight is no number");
        return { weight };
      },
    };
    const endpoint = "http://x";
    for (const [name, metadata] of [
      ["a", { weight: 5, more: true }],
      ["b", {}],
      ["c", { weight: "heavy" }],
    ] as const)
      await followed.writer.putRaw(`/micro/${service}/${name}`, JSON.stringify({ endpoint, metadata }));
    const discovery = followed.registry().discover(service, { schema });
    const invalid: InvalidEntry[] = [];
    discovery.on("invalid", (entry) => invalid.push(entry));
    const { instances } = await discovery.ready();
    expect(instances.map(({ metadata }) => metadata)).toEqual([{ weight: 5 }, { weight: 1 }]);
    expect(invalid).toMatchObject([{ key: `/micro/${service}/c`, reason: "the weight is no number" }]);
  });

  test("reads what Go's package writes for no metadata as none, also with a schema", async () => {
    await followed.writer.putRaw("go-target/1", '{"Op":0,"Addr":"10.0.3.7:80","Metadata":null}');
    const schema = z.object({ zone: z.string().optional() });
    const discovery = followed.registry({ layout: goNamingLayout() }).discover("go-target", { schema });
    const { instances } = await discovery.ready();
    expect(instances).toMatchObject([{ endpoint: "10.0.3.7:80", metadata: {} }]);
  });

  test("follows more services than fit into one request, each by itself and all together", async () => {
    const name = followed.service().split("/")[0]!;
    // Twice what one request may hold (--max-txn-ops), and one more.
    const services = Array.from({ length: 257 }, (_, index) => `${name}/s-${String(index).padStart(3, "0")}`);
    for (const service of services) await followed.writer.put(service, "1");
    const registry = followed.registry();
    const each = services.map((service) => registry.discover(service));
    const together = registry.discover(services);
    const told = listen(together);
    await Promise.all([...each, together].map((discovery) => discovery.ready({ timeoutMs: 20_000 })));
    const wanted = services.map((service) => `${service}/1`);
    expect(each.flatMap(names)).toEqual(wanted);
    expect(names(together)).toEqual(wanted);
    // All as of one revision.
    expect(new Set(told.changes.map(({ revision }) => revision)).size).toBe(wanted.length);
    expect(told.changes.at(-1)?.revision).toBeLessThanOrEqual(together.snapshot.revision);
    await followed.writer.put(services.at(-1)!, "2");
    await vi.waitFor(() => expect(names(together).at(-1)).toBe(`${services.at(-1)!}/2`), SOON);
    await vi.waitFor(() => expect(names(each.at(-1)!)).toHaveLength(2), SOON);
    expect((await registry.list(services)).instances).toHaveLength(wanted.length + 1);
  });

  test("of Go's targets sees each key once, if one of them lies within another", async () => {
    const put = (key: string): Promise<bigint> => followed.writer.putRaw(key, `{"Op":0,"Addr":"${key}"}`);
    for (const key of ["go-a/1", "go-a/b/1"]) await put(key);
    const registry = followed.registry({ layout: goNamingLayout() });
    const [outer, both] = [registry.discover("go-a"), registry.discover(["go-a", "go-a/b"])];
    const told = listen(both);
    await Promise.all([outer.ready(), both.ready()]);
    const named = ({ snapshot }: typeof both): string[] =>
      snapshot.instances.map(({ service, instance }) => `${service} ${instance}`);
    expect(named(outer)).toEqual(["go-a 1", "go-a b/1"]);
    expect(named(both)).toEqual(["go-a 1", "go-a/b 1"]);
    for (const key of ["go-a/b/2", "go-a/2"]) await put(key);
    await vi.waitFor(() => expect(named(both)).toEqual(["go-a 1", "go-a 2", "go-a/b 1", "go-a/b 2"]), SOON);
    expect(told.changes.map(({ type }) => type)).toEqual(Array<string>(4).fill("added"));
  });

  test("gives every reader all changes, each at its own pace, until it leaves or it is closed", async () => {
    const service = followed.service();
    await followed.writer.put(service, "first");
    const discovery = followed.registry().discover(service);
    const early = discovery.changes();
    await discovery.ready();
    const [late, fromNow] = [discovery.changes(), discovery.changes({ includeCurrent: false })];
    await followed.writer.put(service, "second");
    await followed.writer.put(service, "second", "http://elsewhere");
    await followed.writer.remove(service, "first");
    const read = async (reader: AsyncIterator<Change>, count: number): Promise<string[]> => {
      const all: string[] = [];
      while (all.length < count) {
        const { value, done } = await reader.next();
        if (done === true) break;
        all.push(words(value));
      }
      return all;
    };
    const everything = ["added first", "added second", "changed second", "removed first"];
    expect(await read(early, 4)).toEqual(everything);
    expect(await read(late, 4)).toEqual(everything);
    expect(await read(fromNow, 3)).toEqual(everything.slice(1));
    for await (const change of discovery.changes()) {
      expect(words(change)).toBe("added second");
      break;
    }
    const waiting = late.next();
    expect(await early.return?.()).toEqual({ done: true, value: undefined });
    expect(await read(early, 1)).toEqual([]);
    await followed.writer.put(service, "third");
    expect(words((await waiting).value as Change)).toBe("added third");
    await discovery.close();
    // What was told before it was closed can still be read.
    expect(await read(fromNow, 5)).toEqual(["added third"]);
    expect(await read(late, 1)).toEqual([]);
    expect(await read(discovery.changes(), 5)).toEqual(["added second", "added third"]);
  });

  test("goes on whatever its listeners do", async () => {
    const service = followed.service();
    for (const name of ["a", "b", "c"]) await followed.writer.put(service, name);
    const registry = followed.registry();
    const [discovery, closing] = [registry.discover(service), registry.discover(service)];
    const thrown: unknown[] = [];
    const hear = (error: unknown): number => thrown.push(error);
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException").on("uncaughtException", hear);
    onTestFinished(() => {
      process.removeAllListeners("uncaughtException");
      for (const other of others) process.on("uncaughtException", other);
    });
    const readers: AsyncIterator<Change>[] = [];
    discovery.on("change", (change) => {
      if (words(change) === "added a") readers.push(discovery.changes());
      throw new Error(words(change));
    });
    const closed: string[] = [];
    closing.on("change", (change) => {
      closed.push(words(change));
      void closing.close();
    });
    closing.on("fresh", () => closed.push("fresh"));
    await discovery.ready();
    await followed.writer.put(service, "d");
    const all = ["added a", "added b", "added c", "added d"];
    await vi.waitFor(() => expect(thrown.map(String)).toEqual(all.map((each) => `Error: ${each}`)), SOON);
    const read: string[] = [];
    while (read.length < all.length) read.push(words((await readers[0]!.next()).value as Change));
    expect(read).toEqual(all);
    expect(closed).toEqual(["added a"]);
    expect(closing.snapshot.isStale).toBe(true);
  });

  test("shows the same snapshot until something changes, and leaves those alone that it has shown", async () => {
    const service = followed.service();
    const discovery = followed.registry().discover(service);
    expect(discovery.snapshot).toEqual({
      instances: [],
      revision: 0n,
      isStale: true,
      confirmedAt: undefined,
    });
    await discovery.ready();
    const empty = discovery.snapshot;
    expect(empty).toMatchObject({ instances: [], isStale: false });
    await followed.writer.put(service, "b");
    await followed.writer.put(service, "a");
    await vi.waitFor(() => expect(names(discovery)).toEqual([`${service}/a`, `${service}/b`]), SOON);
    const { instances } = discovery.snapshot;
    expect(discovery.snapshot.instances).toBe(instances);
    expect(empty.instances).toEqual([]);
    await discovery.close();
    await discovery.close();
    expect(discovery.snapshot).toMatchObject({ isStale: true, instances: [{}, {}] });
  });

  test("waits no longer than it was told to, and says why there was nothing", async () => {
    const nobody = followed.registry({ endpoints: ["http://127.0.0.1:1"] }).discover("a");
    await expect(nobody.ready({ timeoutMs: 300 })).rejects.toMatchObject({
      name: "ExternalError",
      message: expect.stringMatching(/within 300 ms; the last problem was: connection refused/) as string,
    });
    const gaveUp = new AbortController();
    const waiting = nobody.ready({ signal: gaveUp.signal });
    gaveUp.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    const closing = nobody.ready();
    await nobody.close();
    await expect(closing).rejects.toThrow("closed before its services were listed");
    await expect(nobody.ready()).rejects.toThrow("closed");
  });
});
