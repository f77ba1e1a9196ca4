import { UsageError } from "../../errors";
import {
  allChecks,
  formats,
  printers,
  verify,
  waitUntilHealthy,
  type AskOptions,
  type Format,
  type VerificationReport,
  type VerifyOptions,
} from "../../verification";
import { asking, type AskingOptions } from "../asking";
import { TIMEOUT_VARIABLE } from "../deploy-variables";
import { durationMs } from "../duration";
import { EXIT, type ExitCode } from "../exit-codes";
import { oneOf } from "../one-of";
import { packageVersion } from "../package-version";
import { showProgress } from "../progress";
import { splitList } from "../reach/whom";
import { reportFiles, writeReports } from "../report-files";
import { terminalOf } from "../terminal";

export interface VerifyCommandOptions extends AskingOptions {
  /** `true` without a duration. */
  readonly wait?: string | true | undefined;
  readonly strict?: boolean | undefined;
  readonly checks?: string | undefined;
  readonly skip?: string | undefined;
  readonly listChecks?: boolean | undefined;
  readonly snapshots?: string | undefined;
  readonly snapshotMaxAge?: string | undefined;
  readonly output?: string | undefined;
  readonly report?: readonly string[] | undefined;
  readonly allowUnreachable?: boolean | undefined;
}

/** What is asked, and how it is judged. */
type What = Pick<VerifyOptions, "checks" | "skip" | "strict" | "snapshots">;

/** An instance boots, waits for its volume and fetches etcd. */
const WAIT = { local: "60s", aws: "10m" } as const;
/**
 * Until an instance answers at all, a firewall and a booting machine look the same; Amazon Linux 2023 is up in well under a
 * minute.
 */
const UNREACHABLE_AFTER_MS = 90_000;
/** Backups are made daily, if not more often. */
const SNAPSHOT_MAX_AGE = "24h";

/** Asks – once, or until the cluster is healthy or time is up – and prints the verdict. */
export async function verifyCluster(options: VerifyCommandOptions, signal: AbortSignal): Promise<ExitCode> {
  if (options.listChecks === true) return listChecks();
  const format = oneOf("--output", options.output ?? "table", formats);
  const files = reportFiles(options.report ?? [], formats);
  const what: What = {
    checks: checksOf(options),
    skip: splitList(options.skip ?? ""),
    strict: options.strict,
    snapshots: snapshotsOf(options),
  };
  const report = await asking(options, signal, async (ask) => {
    const waitMs = waitMsOf(options, ask);
    return waitMs === undefined ? verify({ ...ask, ...what }) : wait(ask, what, waitMs);
  });
  process.stdout.write(`${printed(report, format, options.postDeploy)}\n`);
  writeReports(files, (kept) => printers[kept](report, { producedBy }));
  if (report.verdict === "unreachable" && (options.allowUnreachable === true || options.postDeploy === true))
    return EXIT.ok;
  return { healthy: EXIT.ok, unhealthy: EXIT.unhealthy, unreachable: EXIT.unreachable }[report.verdict];
}

const producedBy = { name: "cdktf-etcd", version: packageVersion() } as const;

async function wait(ask: AskOptions, what: What, timeoutMs: number): Promise<VerificationReport> {
  const progress = showProgress(ask, timeoutMs, process.stderr);
  try {
    return await waitUntilHealthy({
      ...ask,
      ...what,
      timeoutMs,
      unreachableAfterMs: UNREACHABLE_AFTER_MS,
      onProgress: progress.onProgress,
    });
  } finally {
    progress.end();
  }
}

/** @returns undefined: looks once */
function waitMsOf(
  { wait: wanted, postDeploy }: VerifyCommandOptions,
  { privateNetwork }: AskOptions,
): number | undefined {
  const usual = WAIT[privateNetwork === true ? "aws" : "local"];
  if (typeof wanted === "string") return durationMs("--wait", wanted);
  if (postDeploy === true) return durationMs(TIMEOUT_VARIABLE, process.env[TIMEOUT_VARIABLE] ?? usual);
  return wanted === true ? durationMs("--wait", usual) : undefined;
}

/** An empty list is a variable of a script that is not set: nothing would be checked, and found healthy. */
function checksOf({ checks }: VerifyCommandOptions): VerifyOptions["checks"] {
  if (checks === undefined) return "all";
  const ids = splitList(checks);
  if (ids.length === 0)
    throw new UsageError("--checks names no check", { remedy: "Leave it out for all of them." });
  return ids;
}

function snapshotsOf({ snapshots, snapshotMaxAge }: VerifyCommandOptions): VerifyOptions["snapshots"] {
  if (snapshots === undefined && snapshotMaxAge !== undefined)
    throw new UsageError("--snapshot-max-age is of use with --snapshots only");
  if (snapshots === "") throw new UsageError("--snapshots names no folder");
  const maxAgeMs = durationMs("--snapshot-max-age", snapshotMaxAge ?? SNAPSHOT_MAX_AGE);
  return snapshots === undefined ? undefined : { folder: snapshots, maxAgeMs };
}

function printed(report: VerificationReport, format: Format, postDeploy = false): string {
  const { color, columns } = terminalOf(process.stdout);
  // cdktf closes its terminal shortly after Terraform fails, and what comes last is lost.
  return printers[format](report, { color, columns, producedBy, verdictFirst: postDeploy });
}

function listChecks(): ExitCode {
  const width = Math.max(...allChecks.map(({ id }) => id.length));
  for (const { id, title } of allChecks) process.stdout.write(`${id.padEnd(width)}  ${title}\n`);
  return EXIT.ok;
}
