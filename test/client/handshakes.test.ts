import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ServiceRegistry } from "../../lib/discovery";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";

let cluster: RawCluster;
beforeAll(async () => {
  cluster = await RawCluster.start({ binaries: await defaultEtcd(), tls: {} });
  subscribe("net.client.socket", note);
});
afterEach(async () => {
  cluster.members.forEach((member) => member.thaw());
  await Promise.all(cluster.members.map((member) => member.ready()));
});
afterAll(async () => {
  unsubscribe("net.client.socket", note);
  await cluster?.stop();
});

const sockets: Socket[] = [];
const note = (message: unknown): void => void sockets.push((message as { socket: Socket }).socket);

describe("TLS handshakes that frozen members do not answer", () => {
  test("are few, however long that lasts, and none once nobody asks any more", async () => {
    const registry = new ServiceRegistry({ endpoints: cluster.endpoints, tls: cluster.tls });
    const registration = registry.register({ service: "s", endpoint: "x", ttlSeconds: 5, withdrawOn: [] });
    const discovery = registry.discover("s");
    await Promise.all([registration.ready(), discovery.ready()]);
    cluster.members.forEach((member) => member.freeze());
    // Those that stood before are closed with grace, and unreferenced.
    const before = sockets.length;
    const open = (): number => sockets.slice(before).filter((socket) => !socket.destroyed).length;
    const counts: number[] = [];
    registration.on("problem", () => counts.push(open()));
    await expect.poll(() => counts.length, { timeout: 50_000 }).toBeGreaterThan(12);
    expect(Math.max(...counts)).toBeLessThanOrEqual(3 * cluster.members.length);
    await registry.close();
    await expect.poll(open, { timeout: 10_000 }).toBe(0);
  });
  test("do not keep a process from its end once it is closed", async () => {
    cluster.members.forEach((member) => member.freeze());
    const { clientAuthority, operator } = cluster.secrets!;
    const files = [clientAuthority.caFile, operator.certFile, operator.keyFile];
    const args = ["bin/run.js", "test/client/closing-program.ts", cluster.endpoints.join(","), ...files];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    const closedAt = performance.now();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(performance.now() - closedAt).toBeLessThan(8000);
  });
});
