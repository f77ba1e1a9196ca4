import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ExternalError } from "../../../lib/errors";
import { isRunning, readRecord, stopMember, generationOf, type StartOptions } from "../../../lib/local";
import { etcdBinaries } from "../../support/etcd";
import { localMembers, pidOf, type LocalMembers } from "../local-members";

let members: LocalMembers;
beforeEach(async () => {
  members = await localMembers();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await members.stopAll();
});

async function versionAt(clientUrl: string): Promise<string> {
  const response = await fetch(`${clientUrl}/version`);
  return ((await response.json()) as { etcdserver: string }).etcdserver;
}

async function failureOf(promise: Promise<unknown>): Promise<ExternalError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ExternalError);
  return error as ExternalError;
}

function nothingIsLeftOf({ folder }: StartOptions): void {
  expect(existsSync(folder.recordFile)).toBe(false);
  expect(existsSync(folder.lockFile)).toBe(false);
  expect(existsSync(folder.dataDir)).toBe(false);
  expect(existsSync(folder.dataReleaseFile)).toBe(false);
}

test("starts a member that serves, and records which process it is", async () => {
  const options = await members.optionsFor("a");
  const { outcome, record } = await members.start(options);

  expect(outcome).toBe("started");
  expect(await versionAt(options.clientUrl)).toBe(members.etcd.release);
  expect(readRecord(options.folder)).toEqual({ kind: "running", record });
  expect(record).toMatchObject({ member: "a", etcd: members.etcd.etcd, digest: "first", generation: 1 });
  expect(readFileSync(options.folder.envFile, "utf8")).toBe(options.env);
});

test("runs the member in a session of its own, so that the terminal's end and Ctrl-C do not reach it", async () => {
  const { record } = await members.start(await members.optionsFor("a"));
  const stat = readFileSync(`/proc/${record.pid}/stat`, "utf8");
  const [, , processGroup, session, terminal] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  expect({ processGroup, session, terminal }).toEqual({
    processGroup: String(record.pid),
    session: String(record.pid),
    terminal: "0",
  });
});

test("changes nothing on the second start, but takes the new generation over", async () => {
  const options = await members.optionsFor("a");
  const first = await members.start(options);
  const lines: string[] = [];
  const second = await members.start({ ...options, generation: 2, onProgress: (line) => lines.push(line) });

  expect(second.outcome).toBe("already-running");
  expect(second.record).toEqual({ ...first.record, generation: 2 });
  expect(lines).toEqual([`already running as process ${pidOf(first)}`]);
});

test("restarts a member whose definition changed, and keeps its data", async () => {
  const options = await members.optionsFor("a");
  const first = await members.start(options);
  const second = await members.start({ ...options, digest: "second", generation: 2 });

  expect(second.outcome).toBe("restarted");
  expect(pidOf(second)).not.toBe(pidOf(first));
  expect(isRunning(first.record)).toBe(false);
  expect(readFileSync(options.folder.logFile, "utf8")).toContain("restarting local member");
});

test("starts a member again that was killed, with the next generation", async () => {
  const options = await members.optionsFor("a");
  const first = await members.start(options);
  process.kill(pidOf(first), "SIGKILL");
  await vi.waitUntil(() => !isRunning(first.record), 10_000);

  expect(generationOf(members.stateDir, "a")).toBe(2);
  const lines: string[] = [];
  const second = await members.start({ ...options, generation: 2, onProgress: (line) => lines.push(line) });
  expect(second.outcome).toBe("started");
  expect(lines[0]).toBe(`process ${pidOf(first)} of the last start is gone`);
  expect(generationOf(members.stateDir, "a")).toBe(2);
});

test("gives etcd nothing of the caller's shell but PATH, HOME and TZ", async () => {
  vi.stubEnv("ETCD_HEARTBEAT_INTERVAL", "not a number");
  vi.stubEnv("SECRET_OF_THE_SHELL", "1");
  const { record } = await members.start(await members.optionsFor("a"));
  const names = readFileSync(`/proc/${record.pid}/environ`, "utf8")
    .split("\0")
    .map((variable) => variable.split("=")[0]!)
    .filter((name) => name !== "" && !name.startsWith("ETCD_"));
  expect(["PATH", "HOME", "TZ"]).toEqual(expect.arrayContaining(names));
  expect(readFileSync(`/proc/${record.pid}/environ`, "utf8")).not.toContain("ETCD_HEARTBEAT_INTERVAL");
});

test("starts the first of three members, which has no quorum yet", async () => {
  const options = await members.optionsFor("a");
  const others = "b=http://127.0.0.1:20001,c=http://127.0.0.1:20002";
  const env = options.env.replace(/^ETCD_INITIAL_CLUSTER="(.*)"$/m, `ETCD_INITIAL_CLUSTER="$1,${others}"`);
  expect((await members.start({ ...options, env })).outcome).toBe("started");
});

test("knows when a member serves its peers over TLS, with and without certificates asked of them", async () => {
  const options = await members.optionsFor("a", { settings: { ETCD_PEER_AUTO_TLS: "true" } });
  const secure = {
    ...options,
    env: options.env.replaceAll(options.peerUrl, options.peerUrl.replace("http:", "https:")),
    peerUrl: options.peerUrl.replace("http:", "https:"),
  };
  expect((await members.start(secure)).outcome).toBe("started");

  // The certificate that etcd made for itself serves as the CA of a member that asks for one.
  const made = `${options.folder.dataDir}/fixtures/peer`;
  const files = { CERT: "cert.pem", KEY: "key.pem", TRUSTED_CA: "cert.pem" };
  const strict = Object.entries(files).map(([name, file]) => `ETCD_PEER_${name}_FILE=${made}/${file}\n`);
  const env = secure.env.replace(
    /^ETCD_PEER_AUTO_TLS.*$/m,
    `ETCD_PEER_CLIENT_CERT_AUTH=true\n${strict.join("")}`,
  );
  expect((await members.start({ ...secure, env, digest: "strict" })).outcome).toBe("restarted");
});

test("fails if etcd refuses a setting, says why in each release's words, and leaves nothing behind", async () => {
  for (const binary of await etcdBinaries()) {
    const options = await members.optionsFor(`m${binary.release.replaceAll(".", "-")}`, {
      etcd: binary.etcd,
      release: binary.release,
      settings: { ETCD_HEARTBEAT_INTERVAL: "abc" },
    });
    const error = await failureOf(members.start(options));
    expect(error.message).toMatch(/^member "m[\d-]+": etcd ended with exit code 1\n/);
    expect(error.message).toContain('invalid value "abc" for ETCD_HEARTBEAT_INTERVAL');
    expect(error.message).not.toContain('{"level"');
    expect(error.remedy).toBe(`The whole log is in ${options.folder.logFile}.`);
    nothingIsLeftOf(options);
  }
});

test("fails if the port is in use, and keeps data that was there before", async () => {
  const options = await members.optionsFor("a");
  await members.start(options);
  await stopMember({ folder: options.folder, memberName: "a" });
  const server = createServer().listen(Number(new URL(options.peerUrl).port), "127.0.0.1");
  await once(server, "listening");
  try {
    const error = await failureOf(members.start(options));
    expect(error.message).toContain("address already in use");
    expect(existsSync(options.folder.recordFile)).toBe(false);
    expect(existsSync(options.folder.dataDir)).toBe(true);
  } finally {
    server.close();
  }
  expect((await members.start(options)).outcome).toBe("started");
});

test("fails if etcd is not there, or is no program", async () => {
  const missing = await members.optionsFor("a", { etcd: "/nonexistent/etcd" });
  expect((await failureOf(members.start(missing))).message).toBe(
    'member "a": /nonexistent/etcd cannot be started (ENOENT)',
  );
  nothingIsLeftOf(missing);
  const folder = await members.optionsFor("b", { etcd: members.stateDir });
  expect((await failureOf(members.start(folder))).message).toContain("cannot be started (EACCES)");
});

test("fails if the member does not serve in time, and ends it", async () => {
  // A peer URL that this etcd does not listen on: it runs, but never serves there.
  const options = await members.optionsFor("a", { readyTimeoutMs: 2_000 });
  const error = await failureOf(members.start({ ...options, peerUrl: "http://127.0.0.1:20003" }));
  expect(error.message).toContain("etcd does not serve http://127.0.0.1:20003 after 2 s");
  nothingIsLeftOf(options);
  await expect(versionAt(options.clientUrl)).rejects.toThrow();
});

test("ends the half-started etcd when the start is interrupted", async () => {
  const options = await members.optionsFor("a");
  const interrupt = new AbortController();
  const start = members.start({
    ...options,
    peerUrl: "http://127.0.0.1:20003",
    signal: interrupt.signal,
  });
  const failure = failureOf(start);
  await vi.waitUntil(() => readRecord(options.folder).kind === "running", 10_000);
  const state = readRecord(options.folder);
  interrupt.abort();
  expect((await failure).message).toBe('member "a": interrupted while it was starting');
  expect(state.kind === "running" && isRunning(state.record)).toBe(false);
  nothingIsLeftOf(options);
});

test("refuses to open data with an older minor line, and starts with the newer one again", async () => {
  const [old, newer] = await etcdBinaries();
  const options = await members.optionsFor("a", { etcd: newer!.etcd, release: newer!.release });
  await members.start(options);
  const older = { ...options, etcd: old!.etcd, release: old!.release, digest: "older" };
  const error = await failureOf(members.start(older));
  expect(error.message).toBe(
    `member "a": its data was last served by etcd ${newer!.release} and cannot be opened by the older ${old!.release}`,
  );
  expect(error.remedy).toContain("etcd.release");
  // The running one is not touched by the refusal.
  expect((await members.start(options)).outcome).toBe("already-running");
});

test("writes a new record when the old one cannot be understood", async () => {
  const options = await members.optionsFor("a");
  await members.start(options);
  await stopMember({ folder: options.folder, memberName: "a" });
  writeFileSync(options.folder.recordFile, "\0\0{");
  const lines: string[] = [];
  const { outcome } = await members.start({ ...options, onProgress: (line) => lines.push(line) });
  expect(outcome).toBe("started");
  expect(lines[0]).toBe(`${options.folder.recordFile} is not a record of an etcd process: writing a new one`);
});

test("refuses a second start of the same member at the same time", async () => {
  const options = await members.optionsFor("a");
  const results = await Promise.allSettled([members.start(options), members.start(options)]);
  expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
  const refused = results.find((result) => result.status === "rejected");
  expect(String(refused?.reason)).toContain(`process ${process.pid} is starting or stopping this member`);
  expect(readRecord(options.folder).kind).toBe("running");
});

test("takes over the lock of a start that was killed", async () => {
  const options = await members.optionsFor("a");
  await members.start(options);
  await stopMember({ folder: options.folder, memberName: "a" });
  const gone = spawn("true");
  await once(gone, "exit");
  writeFileSync(options.folder.lockFile, `${gone.pid} some-boot/1\n`);
  expect((await members.start(options)).outcome).toBe("started");
  expect(existsSync(options.folder.lockFile)).toBe(false);
});

test("fails with a sentence when the folder cannot be written", async () => {
  const options = await members.optionsFor("a");
  writeFileSync(`${members.stateDir}/members`, "a file in the way");
  const error = await failureOf(members.start(options));
  expect(error.message).toMatch(/^member "a": mkdir .*members.*: a file stands where a folder is needed$/);
});
