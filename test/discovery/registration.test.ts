import { getEventListeners, setMaxListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Members } from "../../lib/client";
import { Registration } from "../../lib/discovery/registration/registration";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { hexOf, plainLayout, RegistrationLab } from "./support/registration-lab";

let cluster: RawCluster;
let lab: RegistrationLab;
beforeAll(async () => {
  cluster = await RawCluster.start({ binaries: await defaultEtcd() });
  lab = new RegistrationLab(cluster);
});
afterAll(async () => {
  await lab?.close();
  await cluster?.stop();
});

/** Until the next look, and some room: a third of the TTL of 5 s. */
const soon = { timeout: 10_000 };

describe("a registration", () => {
  test("stands in etcd with its lease, and goes at once when it is closed", async () => {
    const { registration, told } = lab.register({ ttlSeconds: 30, metadata: { zone: "a" } });
    expect(registration.state).toBe("registering");
    const instance = await registration.ready();
    expect(instance).toMatchObject({ service: "user-srv/loginService", metadata: { zone: "a" } });
    expect(registration).toMatchObject({ state: "registered", current: instance });
    const entry = await lab.entry(registration.key);
    expect(entry).toMatchObject({ leaseId: instance.leaseId });
    expect(entry?.value).toContain("10.0.3.7:8080");
    const lease = await cluster.etcdctl(["lease", "timetolive", hexOf(instance.leaseId), "--keys"]);
    expect(lease).toContain("granted with TTL(30s)");
    expect(lease).toContain(registration.key);

    expect(await registration.close()).toEqual({ isConfirmed: true });
    expect(await lab.entry(registration.key)).toBeUndefined();
    expect(await cluster.etcdctl(["lease", "list"])).not.toContain(hexOf(instance.leaseId));
    expect(await registration.close()).toEqual({ isConfirmed: true });
    expect(told.states).toEqual(["registered", "withdrawn"]);
    await expect(registration.ready()).rejects.toThrow(/is closed/);
    await expect(registration.update({ endpoint: "b" })).rejects.toThrow(/is closed/);
  });

  test("that is closed before it stands never appears", async () => {
    const { registration } = lab.register({ instance: "early" });
    const ready = registration.ready();
    const closed = registration.close();
    await expect(ready).rejects.toThrow(/is closed/);
    expect(await closed).toEqual({ isConfirmed: true });
    expect(await lab.entry(registration.key)).toBeUndefined();
  });

  test("takes over what a process that has crashed left behind", async () => {
    const lease = /lease (\w+)/.exec(await cluster.etcdctl(["lease", "grant", "60"]))?.[1] ?? "";
    const key = plainLayout.keyOf("user-srv/loginService", "same");
    await cluster.etcdctl(["put", `--lease=${lease}`, key, "old"]);
    const { registration, told: first } = lab.register({ instance: "same" });
    const { leaseId } = await registration.ready();
    expect(registration.key).toBe(key);
    expect(await lab.entry(key)).toMatchObject({ leaseId });

    const { registration: next, told } = lab.register({ instance: "same", endpoint: "10.0.3.8:8080" });
    const taken = await next.ready();
    expect(taken.createRevision).toBeLessThan(taken.modRevision);
    expect((await lab.entry(next.key))?.value).toContain("10.0.3.8");
    // And the first one sees that, and leaves it alone.
    await expect.poll(() => first.states, soon).toEqual(["registered", "replaced"]);
    await expect.poll(() => cluster.etcdctl(["lease", "list"]), soon).not.toContain(hexOf(leaseId));
    expect(registration.current).toBeUndefined();
    await expect(registration.update({ endpoint: "c" })).rejects.toThrow(/another process has registered/);
    expect(registration.state).toBe("replaced");
    expect(await registration.close()).toEqual({ isConfirmed: true });
    expect((await lab.entry(next.key))?.leaseId).toBe(taken.leaseId);
    expect(told.states).toEqual(["registered"]);
    await next.close();
  });

  test("is taken back from another one, if so wanted", async () => {
    const { registration, told } = lab.register({ instance: "wanted", onReplaced: "retake" });
    const { leaseId } = await registration.ready();
    const { registration: other } = lab.register({ instance: "wanted", endpoint: "other:1" });
    await other.ready();
    await expect.poll(() => other.state, { timeout: 15_000 }).toBe("replaced");
    expect(await lab.entry(registration.key)).toMatchObject({ leaseId });
    expect(told.states).toEqual(["registered", "recovering", "registered"]);
    expect(told.reasons).toEqual(["another process had registered under the same name"]);
    await registration.close();
  });

  test("and another one that both want it back take turns, ever more slowly", async () => {
    const began = performance.now();
    const options = { instance: "contested", onReplaced: "retake", ttlSeconds: 60 } as const;
    const { registration, told } = lab.register(options);
    await registration.ready();
    const { registration: other } = lab.register({ ...options, endpoint: "other:1" });
    await expect.poll(() => told.states.length, { timeout: 40_000 }).toBeGreaterThan(16);
    // 50 ms before the first time, twice as long each time, half of it by chance; and so does the other.
    expect(performance.now() - began).toBeGreaterThan(2 * 0.5 * (50 + 100 + 200 + 400 + 800 + 1000));
    await Promise.all([registration.close(), other.close()]);
  });

  test("comes back when its lease is revoked, or its key deleted", async () => {
    // It would look by itself after 10 s: it is told.
    const { registration, told } = lab.register({ ttlSeconds: 30 });
    const first = await registration.ready();

    await cluster.etcdctl(["lease", "revoke", hexOf(first.leaseId)]);
    await expect.poll(() => registration.current?.leaseId, soon).not.toBe(first.leaseId);
    expect(told.states).toEqual(["registered", "recovering", "registered"]);
    const second = (await lab.entry(registration.key))?.leaseId;
    expect(second).toBe(registration.current?.leaseId);

    await cluster.etcdctl(["del", registration.key]);
    await expect.poll(() => lab.entry(registration.key), soon).toMatchObject({ leaseId: second });
    await expect.poll(() => told.states.length, soon).toBe(5);

    expect(told.states).toEqual(["registered", "recovering", "registered", "recovering", "registered"]);
    expect(told.reasons).toEqual([
      "its lease was gone: it had expired or was revoked",
      "its key had been deleted",
    ]);
    const history = await lab.historyOf(registration.key, first.modRevision);
    expect(history.map(({ type }) => type)).toEqual(["put", "delete", "put", "delete", "put"]);
    await registration.close();
  });

  test("notices by itself that somebody has written another value", async () => {
    const { registration } = lab.register();
    const first = await registration.ready();
    await cluster.etcdctl(["put", "--ignore-lease", registration.key, "defaced"]);
    await expect.poll(async () => (await lab.entry(registration.key))?.value, soon).toContain("10.0.3.7");
    await expect
      .poll(() => registration.current?.modRevision, soon)
      .toBe((await lab.historyOf(registration.key, first.modRevision)).at(-1)?.kv.modRevision);

    await registration.close();
  });

  test("is updated: the last of several updates stands, and all of them are done", async () => {
    const { registration } = lab.register({ metadata: { weight: 0 } });
    const updates = [1, 2, 3].map((weight) => registration.update({ metadata: { weight } }));
    const [, , last] = await Promise.all(updates);
    expect(last).toMatchObject({ endpoint: "10.0.3.7:8080", metadata: { weight: 3 } });
    const moved = await registration.update({ endpoint: "10.0.3.9:8080" });
    expect(moved).toMatchObject({ endpoint: "10.0.3.9:8080", metadata: { weight: 3 } });
    expect(moved.createRevision).toBe(last?.createRevision);
    expect((await lab.entry(registration.key))?.value).toContain("10.0.3.9");

    await expect(registration.update({ endpoint: "" })).rejects.toMatchObject({ code: "ERR_USAGE" });
    const large = registration.update({ metadata: { text: "x".repeat(2_000_000) } });
    await expect(large).rejects.toMatchObject({ kind: "too-large" });
    expect(await registration.update({ metadata: { weight: 4 } })).toMatchObject({
      endpoint: "10.0.3.9:8080",
    });
    await registration.close();
  });

  test("waits no longer than it is told to", async () => {
    const { registration } = lab.register();
    const reason = new Error("enough");
    await expect(registration.ready({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(registration.ready({ timeoutMs: 0 })).rejects.toThrow(/not registered after 0 ms/);
    expect(await registration.ready({ timeoutMs: 20_000 })).toBe(registration.current);
    await registration.close();
  });

  test("leaves neither timers nor listeners behind when nobody waits any more", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const members = Members.open({ endpoints: ["http://127.0.0.1:1"], callTimeoutMs: 2000 });
    const registration = Registration.start({ ...lab.world, members }, { service: "s", endpoint: "x" });
    const before = timers();
    const abort = new AbortController();
    setMaxListeners(0, abort.signal);
    const late = Array.from({ length: 50 }, () => registration.ready({ timeoutMs: 0, signal: abort.signal }));
    expect((await Promise.allSettled(late)).map(({ status }) => status)).not.toContain("fulfilled");
    await expect.poll(() => getEventListeners(abort.signal, "abort")).toEqual([]);
    const long = Array.from({ length: 50 }, () =>
      registration.ready({ timeoutMs: 60_000, signal: abort.signal }),
    );
    abort.abort();
    expect((await Promise.allSettled(long)).map(({ status }) => status)).not.toContain("fulfilled");
    // Some are those of the registration itself.
    expect(timers()).toBeLessThan(before + 25);
    await registration.close();
    members.close();
  });

  test("by the hundred: all of them stand, with one listener for their signal", async () => {
    expect(process.listenerCount("SIGTERM")).toBe(0);
    const all = Array.from({ length: 300 }, () => lab.register({ ttlSeconds: 30 }).registration);
    expect(process.listenerCount("SIGTERM")).toBe(1);
    await Promise.all(all.map((registration) => registration.ready()));
    const count = await cluster.etcdctl(["get", "--prefix", "/micro/", "--count-only", "-w", "fields"]);
    expect(count).toContain('"Count" : 300');
    const withdrawals = await Promise.all(all.map((registration) => registration.close()));
    expect(withdrawals.every(({ isConfirmed }) => isConfirmed)).toBe(true);
    expect(process.listenerCount("SIGTERM")).toBe(0);
  });

  test("names all that is wrong with its options", () => {
    const wrong = {
      service: "",
      endpoint: "",
      metadata: [] as unknown as Record<string, unknown>,
      ttlSeconds: 4,
      onReplaced: "maybe" as "yield",
      withdrawOn: ["SIGKILL" as const],
    };
    const attempt = (): unknown => Registration.start(lab.world, wrong);
    for (const word of ["service", "endpoint", "metadata", "ttlSeconds is 4", "maybe", "SIGKILL"])
      expect(attempt).toThrow(word);
    expect(process.listenerCount("SIGTERM")).toBe(0);
  });
});
