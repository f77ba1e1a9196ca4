import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { SETTING_KEYS, SETTINGS, settingsSchema, settingVariables } from "../../lib/cluster/settings";
import { etcdBinaries } from "../support/etcd";
import { SETTING_SAMPLES } from "./settings-samples";

// Below the runner's own limit, so that what was started is always stopped.
const START_DEADLINE_MS = 20_000;
const samples = settingsSchema.parse(SETTING_SAMPLES);

describe.each([
  ["oldest", 0],
  ["middle", 1],
  ["newest", 2],
])("the %s of Debian's etcds", (_age, index) => {
  let release: string;
  let etcd: string;
  beforeAll(async () => {
    const binary = (await etcdBinaries())[index];
    if (binary === undefined) throw new Error("etcdBinaries() must give three");
    ({ release, etcd } = binary);
  });

  it("starts with every setting that the table says it knows, recognizes all of them and calls none deprecated", async () => {
    const log = await logOfStart(etcd, settingVariables(samples, release));
    expect(unrecognized(log)).toEqual([]);
    expect(log).not.toMatch(/deprecat/i);
  });

  it("does not recognize any name that the table gives to other releases only", async () => {
    const known = settingVariables(samples, release);
    const names = SETTING_KEYS.flatMap((key) => SETTINGS[key].spellings).map((spelling) =>
      "gate" in spelling ? "ETCD_FEATURE_GATES" : spelling.variable,
    );
    const others = [...new Set(names)].filter((name) => !known.some(([knownName]) => knownName === name));
    expect(others.length).toBeGreaterThan(0);
    const log = await logOfStart(etcd, [...known, ...others.map((name): [string, string] => [name, "1"])]);
    expect(unrecognized(log)).toEqual([...others].sort());
  });

  it("takes the values for what they are", async () => {
    const log = await logOfStart(etcd, settingVariables(samples, release));
    const line = log.split("\n").find((candidate) => candidate.includes('"starting an etcd server"'));
    expect(JSON.parse(line ?? "{}")).toMatchObject({
      "heartbeat-interval": "150ms",
      "election-timeout": "1.5s",
      "initial-election-tick-advance": false,
      "snapshot-count": 5000,
      "quota-backend-bytes": 4 * 2 ** 30,
      "pre-vote": true,
      "initial-corrupt-check": true,
      "corrupt-check-time-interval": "4h0m0s",
      "auto-compaction-mode": "periodic",
      "auto-compaction-retention": "1h30m0s",
    });
  });

  it("serves TLS with every cipher suite and TLS version that the table offers", async () => {
    const selfSigned: [string, string][] = [
      ["ETCD_AUTO_TLS", "true"],
      ["ETCD_PEER_AUTO_TLS", "true"],
    ];
    const variables = [...settingVariables(samples, release), ...selfSigned];
    expect(await logOfStart(etcd, variables, "https")).toContain("serving client traffic securely");
  });

  it("starts with the shipped defaults, and with compaction by revision", async () => {
    expect(unrecognized(await logOfStart(etcd, settingVariables({}, release)))).toEqual([]);
    const byRevision = settingsSchema.parse({
      autoCompactionMode: "revision",
      autoCompactionRetention: 1000,
    });
    expect(unrecognized(await logOfStart(etcd, settingVariables(byRevision, release)))).toEqual([]);
  });

  it("fails if an election timeout is written with its unit, which the table therefore never does", async () => {
    await expect(logOfStart(etcd, [["ETCD_ELECTION_TIMEOUT", "1000ms"]])).rejects.toThrow(
      /ETCD_ELECTION_TIMEOUT|election-timeout/,
    );
  });
});

/** Names of the variables that etcd warned about, sorted. */
function unrecognized(log: string): string[] {
  const names = [...log.matchAll(/unrecognized environment variable[^\n]*?(ETCD_[A-Z0-9_]+)/g)].map(
    ([, name]) => name ?? "",
  );
  return [...new Set(names)].sort();
}

/** Starts a member of its own with `variables`, waits until it serves, stops it, and returns what it logged. */
async function logOfStart(
  etcd: string,
  variables: readonly (readonly [string, string])[],
  scheme = "http",
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "settings-real-"));
  const [clientPort, peerPort] = [await freePort(), await freePort()];
  const peerUrl = `${scheme}://127.0.0.1:${peerPort}`;
  const clientUrl = `${scheme}://127.0.0.1:${clientPort}`;
  const member = spawn(etcd, [], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...Object.fromEntries(variables),
      ETCD_NAME: "m1",
      ETCD_DATA_DIR: join(folder, "data"),
      ETCD_LISTEN_PEER_URLS: peerUrl,
      ETCD_INITIAL_ADVERTISE_PEER_URLS: peerUrl,
      ETCD_INITIAL_CLUSTER: `m1=${peerUrl}`,
      ETCD_LISTEN_CLIENT_URLS: clientUrl,
      ETCD_ADVERTISE_CLIENT_URLS: clientUrl,
    },
  });
  const closed = once(member, "close");
  let log = "";
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`etcd did not serve in time:\n${log}`)),
        START_DEADLINE_MS,
      );
      const read = (chunk: Buffer): void => {
        log += chunk.toString();
        if (!log.includes("serving client traffic")) return;
        clearTimeout(timer);
        resolve();
      };
      member.stdout.on("data", read);
      member.stderr.on("data", read);
      member.on("error", reject);
      void closed.then(() => {
        clearTimeout(timer);
        reject(new Error(`etcd ended:\n${log}`));
      });
    });
    return log;
  } finally {
    member.kill("SIGKILL");
    await closed;
    await rm(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
