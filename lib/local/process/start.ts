import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ExternalError } from "../../errors";
import { hasData, refuseDowngrade, rememberDataRelease } from "./data-release";
import { parseEnvFile } from "./env-file";
import { lastWords } from "./log-words";
import type { MemberFolder } from "./member-folder";
import { withMemberLock } from "./member-lock";
import { startTimeOf } from "./process-identity";
import { servesPeers } from "./readiness";
import {
  isRunning,
  readRecord,
  removeRecord,
  writeRecord,
  type ProcessRecord,
  type RecordState,
} from "./record";
import { explainSystemError } from "../../system-error";
import { endProcess, removeData } from "./stop";

const READY_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
const LOG_KEPT_BYTES = 10 * 1024 * 1024;

export interface StartOptions {
  readonly folder: MemberFolder;
  readonly memberName: string;
  /** Path of the binary. */
  readonly etcd: string;
  readonly release: string;
  /** The text of `etcd.env`; its `ETCD_DATA_DIR` is `folder.dataDir`. */
  readonly env: string;
  readonly peerUrl: string;
  readonly clientUrl: string;
  readonly generation: number;
  /** Of everything that a running etcd cannot take on without a restart. */
  readonly digest: string;
  /** The CAs that etcd takes into memory; see `trustOf`. */
  readonly trust: string;
  /** Ends a start that is going on, with everything it began. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (line: string) => void;
  /** Until etcd serves its peers. @default 30000 */
  readonly readyTimeoutMs?: number;
}

export interface StartResult {
  /** `restarted`: it ran with something else. `already-running`: nothing was touched. */
  readonly outcome: "started" | "restarted" | "already-running";
  readonly record: ProcessRecord;
}

/**
 * Makes one member run as asked, in a session of its own so that it survives this program and its terminal. Returns when it
 * serves its peers; whether the cluster has a quorum is for the verification to say.
 * @throws ExternalError when it does not start; then nothing of this start is left but its log
 */
export async function startMember(options: StartOptions): Promise<StartResult> {
  const { folder, memberName, digest, release, generation } = options;
  const say = options.onProgress ?? (() => undefined);
  refuseDowngrade(folder, memberName, release);
  const start = withMemberLock(folder, async (): Promise<StartResult> => {
    const state = readRecord(folder);
    noteUnusableRecord(state, say);
    if (state.kind === "running" && state.record.digest === digest) {
      const { clientUrl, peerUrl } = options;
      const record = { ...state.record, generation, clientUrl, peerUrl };
      await waitUntilServing(record, undefined, options);
      writeRecord(folder, record);
      say(`already running as process ${record.pid}`);
      return { outcome: "already-running", record };
    }
    if (state.kind === "running") {
      say(`runs with an earlier definition as process ${state.record.pid}: restarting it`);
      await endProcess(state.record);
    }
    const record = await startProcess(options);
    rememberDataRelease(folder, release);
    say(`started as process ${record.pid}, log ${folder.logFile}`);
    return { outcome: state.kind === "running" ? "restarted" : "started", record };
  });
  return start.catch((error: unknown) => {
    throw explainSystemError(`member "${memberName}"`, error);
  });
}

function noteUnusableRecord(state: RecordState, say: (line: string) => void): void {
  if (state.kind === "stale") say(`process ${state.record.pid} of the last start is gone`);
  if (state.kind === "unknown") say(`${state.problem}: writing a new one`);
}

async function startProcess(options: StartOptions): Promise<ProcessRecord> {
  const { folder, memberName } = options;
  const hadData = hasData(folder);
  const environment = writeEnvironment(options);
  const logOffset = prepareLog(folder.logFile);
  const child = launch(options, environment);
  try {
    await once(child, "spawn").catch((error: unknown) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
      throw new ExternalError(`member "${memberName}": ${options.etcd} cannot be started (${code})`, {
        cause: error,
      });
    });
    const record = recordOf(options, child.pid!);
    writeRecord(folder, record);
    await waitUntilServing(record, child, { ...options, logOffset });
    child.unref();
    return record;
  } catch (error) {
    await endChild(child);
    removeRecord(folder);
    if (!hadData) removeData(folder);
    throw error;
  }
}

/** Written first and read back, so that what runs here is what the same file would make run on a server. */
function writeEnvironment({ folder, env, memberName }: StartOptions): Map<string, string> {
  writeFileSync(folder.envFile, env, { mode: 0o600 });
  chmodSync(folder.envFile, 0o600);
  const variables = parseEnvFile(readFileSync(folder.envFile, "utf8"), folder.envFile);
  if (variables.get("ETCD_DATA_DIR") !== folder.dataDir) {
    throw new Error(
      `${memberName}: ETCD_DATA_DIR must be ${folder.dataDir}, got ${variables.get("ETCD_DATA_DIR")}`,
    );
  }
  return variables;
}

/** @returns where this start's part of the log begins */
function prepareLog(logFile: string): number {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_KEPT_BYTES) return size;
  renameSync(logFile, `${logFile}.1`);
  return 0;
}

function launch(options: StartOptions, environment: Map<string, string>): ChildProcess {
  const { folder, etcd } = options;
  const log = openSync(folder.logFile, "a");
  try {
    return spawn(etcd, [], {
      cwd: folder.path,
      detached: true,
      stdio: ["ignore", log, log],
      // Nothing else of the caller's shell: an ETCD_* there would change the member in silence.
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        TZ: process.env["TZ"],
        ...Object.fromEntries(environment),
      },
    });
  } finally {
    closeSync(log);
  }
}

function recordOf(options: StartOptions, pid: number): ProcessRecord {
  const { memberName, etcd, release, digest, trust, generation, clientUrl, peerUrl } = options;
  // An etcd that ended at once has no start time; the wait that follows says so.
  const startTime = startTimeOf(pid) ?? "ended";
  const startedAt = new Date().toISOString();
  return {
    member: memberName,
    pid,
    startTime,
    etcd,
    release,
    digest,
    trust,
    generation,
    startedAt,
    clientUrl,
    peerUrl,
  };
}

async function waitUntilServing(
  record: ProcessRecord,
  child: ChildProcess | undefined,
  options: StartOptions & { readonly logOffset?: number },
): Promise<void> {
  const { memberName, folder, signal } = options;
  const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (signal?.aborted) throw new ExternalError(`member "${memberName}": interrupted while it was starting`);
    if (!isRunning(record)) {
      throw new ExternalError(
        `member "${memberName}": etcd ended ${await endingOf(child)}${await reasons()}`,
        {
          remedy: `The whole log is in ${folder.logFile}.`,
        },
      );
    }
    if (await servesPeers(record.peerUrl)) return;
    if (Date.now() >= deadline) {
      throw new ExternalError(
        `member "${memberName}": etcd does not serve ${record.peerUrl} after ${timeoutMs / 1000} s${await reasons()}`,
        { remedy: `The whole log is in ${folder.logFile}.` },
      );
    }
    await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }

  async function reasons(): Promise<string> {
    const words = await lastWords(folder.logFile, options.logOffset);
    return words.map((line) => `\n    ${line}`).join("");
  }
}

async function endingOf(child: ChildProcess | undefined): Promise<string> {
  if (child === undefined) return "by itself";
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.signalCode === null ? `with exit code ${child.exitCode}` : `by ${child.signalCode}`;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const startTime = startTimeOf(child.pid);
  if (startTime !== undefined) await endProcess({ pid: child.pid, startTime });
}
