/**
 * The record of one etcd process: what stands between "ours" and "somebody's process with that number". Read without
 * waiting, because a stack needs the generation while it synthesizes.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { memberFolder, membersFolder, type MemberFolder } from "./member-folder";
import { startTimeOf } from "./process-identity";

export interface ProcessRecord {
  readonly member: string;
  readonly pid: number;
  /** Together with the pid the identity of the process; see `startTimeOf`. */
  readonly startTime: string;
  /** Path of the binary. */
  readonly etcd: string;
  readonly release: string;
  /** Of everything that a running etcd cannot take on without a restart. */
  readonly digest: string;
  /** The CAs that it holds in memory; see `trustOf`. */
  readonly trust: string;
  /** Counts the starts that a deployment had to make; a stack compares it. */
  readonly generation: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
}

/** What is known of a member's process from its record. */
export type RecordState =
  | { readonly kind: "none" }
  | { readonly kind: "running"; readonly record: ProcessRecord }
  /** The process ended, or another one has its pid now. */
  | { readonly kind: "stale"; readonly record: ProcessRecord }
  /** The file is there and cannot be understood. */
  | { readonly kind: "unknown"; readonly problem: string };

/** Reads one member's record and looks whether that very process runs. */
export function readRecord(folder: MemberFolder): RecordState {
  let text: string;
  try {
    text = readFileSync(folder.recordFile, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    // ENOTDIR: a file stands where a folder should be; writing to it will say so.
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "none" };
    return { kind: "unknown", problem: `${folder.recordFile} cannot be read (${code})` };
  }
  const record = parseRecord(text);
  if (record === undefined) {
    return { kind: "unknown", problem: `${folder.recordFile} is not a record of an etcd process` };
  }
  return { kind: isRunning(record) ? "running" : "stale", record };
}

/** Every member that has a folder below `stateDir`, by name. */
export function readRecords(stateDir: string): Map<string, RecordState> {
  let names: string[];
  try {
    names = readdirSync(membersFolder(stateDir), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    names = [];
  }
  return new Map(names.map((name) => [name, readRecord(memberFolder(stateDir, name))]));
}

/** Whether the recorded process itself runs: same pid and same start. */
export function isRunning(record: Pick<ProcessRecord, "pid" | "startTime">): boolean {
  return startTimeOf(record.pid) === record.startTime;
}

export interface GenerationOptions {
  /** Whether Terraform's state has the cluster, and with it some generation that nobody here remembers. @default false */
  readonly isDeployed?: boolean;
  /** What the member would hold in memory of its CAs if it were started now. @default - not known: whatever it holds is right */
  readonly trust?: string | undefined;
}

/**
 * The generation to deploy: unchanged while the member runs, so that a second deployment changes nothing; another one after
 * it died, its record was lost or its CAs were exchanged, so that a deployment starts it again.
 */
export function generationOf(
  stateDir: string,
  memberName: string,
  { isDeployed = false, trust }: GenerationOptions = {},
): number {
  const state = readRecord(memberFolder(stateDir, memberName));
  switch (state.kind) {
    case "running": {
      const { generation, trust: held } = state.record;
      return trust === undefined || trust === held ? generation : generation + 1;
    }
    case "stale":
      return state.record.generation + 1;
    case "none":
    case "unknown":
      return isDeployed ? Date.now() : 1;
  }
}

/** Replaces the record in one step, so that no reader ever sees half of it. */
export function writeRecord(folder: MemberFolder, record: ProcessRecord): void {
  const unfinished = `${folder.recordFile}.${process.pid}`;
  try {
    writeFileSync(unfinished, `${JSON.stringify(record, undefined, 2)}\n`);
    renameSync(unfinished, folder.recordFile);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

export function removeRecord(folder: MemberFolder): void {
  rmSync(folder.recordFile, { force: true });
}

const TEXT_FIELDS = [
  "member",
  "startTime",
  "etcd",
  "release",
  "digest",
  "startedAt",
  "clientUrl",
  "peerUrl",
] as const satisfies readonly (keyof ProcessRecord)[];

function parseRecord(text: string): ProcessRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const positive = (field: unknown): boolean => Number.isSafeInteger(field) && (field as number) > 0;
  const whole =
    TEXT_FIELDS.every((name) => typeof fields[name] === "string") &&
    positive(fields["pid"]) &&
    positive(fields["generation"]) &&
    ["string", "undefined"].includes(typeof fields["trust"]);
  // Records of earlier versions have none: their members spoke plain HTTP.
  const { trust } = value as Partial<ProcessRecord>;
  return whole ? { ...(value as ProcessRecord), trust: trust ?? "" } : undefined;
}
