import { randomBytes } from "node:crypto";
import { rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ExternalError } from "../../errors";
import { memberFolder } from "./member-folder";
import { askForEtcd, findPortHolder, listenProblem, type PortHolder } from "./port-holder";
import { readRecord, readRecords, type ProcessRecord } from "./record";

/**
 * etcd sets 64 MB aside for each segment of the write-ahead log and holds one ahead.
 * Source: https://github.com/etcd-io/etcd/blob/v3.5.16/server/wal/wal.go (`SegmentSizeBytes`)
 */
const MIN_FREE_BYTES_PER_MEMBER = 200 * 1024 * 1024;

export interface PreflightMember {
  readonly memberName: string;
  /** Every URL on which the member will listen: client, peer, metrics. */
  readonly listenUrls: readonly string[];
}

export interface PreflightOptions {
  readonly stateDir: string;
  readonly members: readonly PreflightMember[];
  /** Free disk space that each member needs which has no data yet. @default 209715200 (200 MiB) */
  readonly minFreeBytesPerMember?: number;
}

/**
 * Looks, before anything is started, for whatever would stop a member from starting.
 * @throws ExternalError with all problems at once
 */
export async function preflight(options: PreflightOptions): Promise<void> {
  const folderProblem = await stateDirProblem(options);
  const portProblems = await Promise.all(
    options.members.map((member) => portProblemsOf(member, options.stateDir)),
  );
  const problems = [...(folderProblem === undefined ? [] : [folderProblem]), ...portProblems.flat()];
  if (problems.length === 0) return;
  throw new ExternalError(
    ["the members cannot start here:", ...problems.map((problem) => `  - ${problem}`)].join("\n"),
    {
      remedy:
        "Nothing was started. Remove the cause, or give the members other ports or another folder in the definition.",
    },
  );
}

async function stateDirProblem(options: PreflightOptions): Promise<string | undefined> {
  const folder = await nearestExisting(resolve(options.stateDir));
  const probe = join(folder, `.cdktf-etcd-${randomBytes(4).toString("hex")}`);
  try {
    await writeFile(probe, "");
  } catch (error) {
    return `${options.stateDir} is not writable: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
  const fresh = options.members.filter(
    (member) => readRecord(memberFolder(options.stateDir, member.memberName)).kind !== "running",
  );
  const needed = fresh.length * (options.minFreeBytesPerMember ?? MIN_FREE_BYTES_PER_MEMBER);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return undefined;
  return `${options.stateDir} has ${mebibytes(free)} MiB of disk space left, ${mebibytes(needed)} MiB are needed`;
}

async function nearestExisting(folder: string): Promise<string> {
  const isFolder = await stat(folder).then(
    (info) => info.isDirectory(),
    () => false,
  );
  return isFolder || dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}

async function portProblemsOf(member: PreflightMember, stateDir: string): Promise<string[]> {
  const problems: string[] = [];
  for (const listenUrl of new Set(member.listenUrls)) {
    const url = new URL(listenUrl);
    const port = Number(url.port);
    const code = await listenProblem(url.hostname, port);
    const subject = `member "${member.memberName}": ${url.host}`;
    if (code === undefined) continue;
    if (code === "EADDRINUSE") {
      const taker = await foreignHolder(member, url.hostname, port, stateDir);
      if (taker !== undefined) problems.push(`${subject} is in use by ${taker}`);
    } else if (code === "EADDRNOTAVAIL") problems.push(`${subject} is not an address of this machine`);
    else if (code === "EACCES") problems.push(`${subject}: this user may not listen on port ${port}`);
    else problems.push(`${subject}: listening failed with ${code}`);
  }
  return problems;
}

/** Who holds the port, in words; undefined when it is the member itself. */
async function foreignHolder(
  member: PreflightMember,
  host: string,
  port: number,
  stateDir: string,
): Promise<string | undefined> {
  const holder = findPortHolder(host, port);
  const own = readRecord(memberFolder(stateDir, member.memberName));
  if (own.kind === "running" && holds(own.record, holder)) return undefined;
  for (const state of readRecords(stateDir).values()) {
    if (state.kind === "running" && holder?.pid === state.record.pid) {
      return `member "${state.record.member}" of an earlier deployment (process ${holder.pid})`;
    }
  }
  const release = await askForEtcd(host, port);
  const process =
    holder === undefined ? "" : `process ${holder.pid}${holder.command ? ` (${holder.command})` : ""}`;
  if (release === undefined) return process || "another program";
  return `another etcd (${release}) that this definition did not start${process === "" ? "" : `, ${process}`}`;
}

// Elsewhere than on Linux nobody tells who holds a port; the member's own process is then the best explanation.
function holds(record: ProcessRecord, holder: PortHolder | undefined): boolean {
  return holder === undefined ? process.platform !== "linux" : holder.pid === record.pid;
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / (1024 * 1024));
}
