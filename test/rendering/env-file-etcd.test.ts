import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EtcdSettings } from "../../lib/cluster/settings";
import { renderEnvFile } from "../../lib/rendering/env-file";
import { etcdBinaries, type TestEtcd } from "../support/etcd";
import { localCluster, memberOf } from "./support/fixtures";

/** The first run on a machine downloads the packages. */
const FIRST_RUN_MS = 300_000;

const SETTINGS: Partial<EtcdSettings> = {
  heartbeatIntervalMs: 150,
  electionTimeoutMs: 1500,
  maxRequestBytes: 2_000_000,
  autoCompactionMode: "revision",
  autoCompactionRetention: { revisions: 5000 },
  logLevel: "warn",
  enablePprof: true,
};

let binaries: readonly TestEtcd[];
let folder: string;
let running: ChildProcess[];

beforeEach(async () => {
  binaries = await etcdBinaries();
  folder = await mkdtemp(join(tmpdir(), "env-file-"));
  running = [];
}, FIRST_RUN_MS);

afterEach(async () => {
  for (const process of running) {
    if (process.exitCode !== null || process.signalCode !== null) continue;
    process.kill("SIGKILL");
    await once(process, "exit");
  }
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

interface StartedEtcd {
  readonly endpoint: string;
  readonly dataDir: string;
  log(): string;
}

/** Starts etcd from nothing but the rendered file, read by a shell, and waits until it serves. */
async function start(etcd: TestEtcd, settings: Partial<EtcdSettings>, extraLine = ""): Promise<StartedEtcd> {
  const [clientPort, peerPort] = [await freePort(), await freePort()];
  const cluster = localCluster({
    clientPort,
    peerPort,
    etcd: { settings, initialClusterToken: 'a "b" $c \\d `e` #f %g é' },
  });
  const dataDir = join(folder, `data of 'etcd' "$1" \\ # %n é ${etcd.release}`);
  const file = join(folder, "etcd.env");
  await writeFile(
    file,
    renderEnvFile(cluster, memberOf(cluster), { release: etcd.release, dataDir }) + extraLine,
  );
  const etcdProcess = spawn("sh", ["-c", 'set -aeu; . "$1"; exec "$2"', "sh", file, etcd.etcd], {
    env: {},
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(etcdProcess);
  let log = "";
  for (const stream of [etcdProcess.stdout, etcdProcess.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (log += text));
  }
  const endpoint = `http://127.0.0.1:${clientPort}`;
  await vi.waitFor(
    async () => {
      if (etcdProcess.exitCode !== null) return;
      await promisify(execFile)(etcd.etcdctl, [`--endpoints=${endpoint}`, "endpoint", "health"], {
        env: { ETCDCTL_API: "3" },
      });
    },
    { timeout: 60_000, interval: 200 },
  );
  expect(etcdProcess.exitCode, log).toBeNull();
  return { endpoint, dataDir, log: () => log };
}

// An environment variable that etcd does not know is no error to it: the setting would silently have no effect.
const COMPLAINT = /unrecognized environment variable|deprecated|conflicting environment variable/i;

describe.each([0, 1, 2])("the real etcd, Debian suite %i from the oldest", (index) => {
  function etcdUnderTest(): TestEtcd {
    const etcd = binaries[index];
    if (etcd === undefined) throw new Error(`no etcd ${index}`);
    return etcd;
  }

  test.each([
    ["the shipped settings", {}],
    ["settings of its own", SETTINGS],
  ])("starts with %s and knows every variable", { timeout: 120_000 }, async (_, settings) => {
    const etcd = await start(etcdUnderTest(), settings);
    expect(etcd.log()).not.toMatch(COMPLAINT);
    expect(await readdir(etcd.dataDir)).toContain("member");
  });

  test("is seen to complain about a variable that it does not know", { timeout: 120_000 }, async () => {
    const etcd = await start(etcdUnderTest(), {}, "ETCD_HEARTBEAT=100\n");
    expect(etcd.log()).toMatch(COMPLAINT);
  });
});
