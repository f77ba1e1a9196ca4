import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { ServiceRegistry, UsageError, type Change, type Selection } from "../../lib/discovery";
import { defaultEtcd } from "../support/etcd";
import { Followed, SOON, words } from "./support/followed";

const root = join(__dirname, "..", "..");

describe("a registry", () => {
  let followed: Followed;
  beforeAll(async () => {
    followed = await Followed.start(await defaultEtcd());
  });
  afterEach(() => followed.closeRegistries());
  afterAll(() => followed?.stop());

  test("says all that is wrong with what it is given", () => {
    const registry = followed.registry();
    const shown = (selection: Selection): string => {
      try {
        registry.discover(selection);
      } catch (error) {
        return error instanceof UsageError ? error.message : String(error);
      }
      return "nothing";
    };
    expect(shown([])).toBe("no service was named");
    expect(shown("")).toBe("the name of the service is empty");
    expect(shown({ all: true, below: "" })).toBe("the name of the service is empty");
    expect(shown(["/a", "fine", "b\u0000"])).toMatch(/"\/a": it may neither begin.*; .*control characters/);
    expect(() => followed.registry({ endpoints: [] })).toThrow(/endpoint/);
    expect(
      () => new ServiceRegistry({ endpoints: ["nonsense"], timing: { callTimeoutMs: 0, checkEveryMs: -1 } }),
    ).toThrow(/callTimeoutMs is 0.*checkEveryMs is -1.*"nonsense" is not an endpoint/);
    const tls = { cert: Buffer.from("none"), key: Buffer.from("none") };
    expect(
      () => new ServiceRegistry({ endpoints: ["https://localhost:1"], tls, timing: { hedgeAfterMs: NaN } }),
    ).toThrow(/hedgeAfterMs is NaN.*certificate, key or CA cannot be used/);
  });

  test("lists what is there now, and fails if nobody can say", async () => {
    const service = followed.service();
    await followed.writer.put(service, "b");
    await followed.writer.putRaw(`/micro/${service}/c`, "no JSON");
    const revision = await followed.writer.put(service, "a");
    const list = await followed.registry().list(service);
    expect(list.instances.map(({ instance }) => instance)).toEqual(["a", "b"]);
    expect(list.instances[0]).toMatchObject({ service, endpoint: "http://a", modRevision: revision });
    expect(list).toMatchObject({ isStale: false, revision });
    expect(list.confirmedAt).toBeLessThanOrEqual(Date.now());
    const nobody = followed.registry({ endpoints: ["http://127.0.0.1:1"] });
    await expect(nobody.list(service)).rejects.toMatchObject({ name: "EndpointProblem", kind: "refused" });
  });

  test("lets its process end once it is closed, also while a member is frozen", async () => {
    const { endpoints, members } = followed.cluster;
    const leader = await followed.cluster.leader();
    const follower = members.find(({ name }) => name !== leader)!;
    const service = followed.service();
    const program = "test/discovery/support/discovering-program.ts";
    const args = ["bin/run.js", program, endpoints.join(","), service];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await vi.waitFor(() => expect(output).toBe("added 1\n"), SOON);
    follower.freeze();
    onTestFinished(() => follower.thaw());
    child.stdin.end("close\n");
    const frozenAt = performance.now();
    expect(await once(child, "exit")).toEqual([0, null]);
    // A call that nobody answers takes 2 s (callTimeoutMs), and there are at most three of them one after the other.
    expect(performance.now() - frozenAt).toBeLessThan(8000);
    expect(output).toBe("added 1\nremoved 1\nclosed\n");
  });

  test("keeps nothing of a registration that was replaced, once its lease is revoked", async () => {
    const options = { service: followed.service(), instance: "1", endpoint: "x", withdrawOn: [] };
    const registry = followed.registry();
    const { registrations } = registry as unknown as { registrations: Set<unknown> };
    for (let count = 0; count < 3; count += 1) {
      const registration = registry.register(options);
      await registration.ready();
      await followed.registry().register(options).ready();
      await vi.waitFor(() => expect(registration.state).toBe("replaced"), SOON);
      await vi.waitFor(() => expect(registrations.size).toBe(0), SOON);
    }
  });

  test("is closed when the leases of registrations that were replaced are revoked, too", async () => {
    const options = { service: followed.service(), instance: "1", endpoint: "x", withdrawOn: [] };
    const registry = followed.registry();
    const registration = registry.register(options);
    const { leaseId } = await registration.ready();
    const closed = new Promise<void>((resolve, reject) => {
      registration.on("state", () => void registry.close().then(resolve, reject));
    });
    await followed.registry().register(options).ready();
    await closed;
    const leases = await followed.cluster.etcdctl(["lease", "list"]);
    expect(leases).not.toContain(BigInt(leaseId).toString(16));
  });

  test("withdraws what is registered and ends what follows when it is closed, and can be used no more", async () => {
    const service = followed.service();
    const registry = followed.registry();
    const registration = registry.register({ service, instance: "1", endpoint: "http://x", withdrawOn: [] });
    await registration.ready();
    const [own, other] = [registry.discover(service), followed.registry().discover(service)];
    await Promise.all([own.ready(), other.ready()]);
    const readers = [own.changes({ includeCurrent: false }), other.changes({ includeCurrent: false })];
    await registry.close();
    expect(registration.state).toBe("withdrawn");
    expect(words((await readers[1]!.next()).value as Change)).toBe("removed 1");
    for (let next = await readers[0]!.next(); next.done !== true; next = await readers[0]!.next())
      expect(words(next.value)).toBe("removed 1");
    expect(own.snapshot.isStale).toBe(true);
    expect(() => registry.discover(service)).toThrow("the registry is closed");
    await expect(registry.list(service)).rejects.toThrow("the registry is closed");
    await registry.close();
  });
});
