import { parseDuration } from "../../cluster/units";
import { UsageError } from "../../errors";
import {
  ensurePki,
  issueCertificates,
  listCertificates,
  pkiWarnings,
  renewCertificates,
  type Clusters,
  type PkiStep,
} from "../../pki";
import { loadForAllTargets } from "../all-targets";
import { EXIT, type ExitCode } from "../exit-codes";
import { oneOf } from "../one-of";
import { renderCertificates, renderCertificatesJson } from "../pki-list";

export interface PkiOptions {
  readonly cluster?: string | undefined;
}

export interface IssueOptions extends PkiOptions {
  readonly client?: readonly string[] | undefined;
}

export interface ListOptions extends PkiOptions {
  readonly output: string;
}

export interface RenewOptions extends PkiOptions {
  readonly within: string;
  readonly all?: boolean | undefined;
}

/** Makes what is missing or does not fit. */
export async function init(options: PkiOptions, signal: AbortSignal): Promise<ExitCode> {
  const clusters = await loadForAllTargets(options);
  const steps = await ensurePki(clusters, { onStep: say, signal });
  const newCas = steps.filter(({ kind, certFile }) => kind === "made" && certFile.endsWith("-ca.crt"));
  if (newCas.length > 0) {
    const keys = newCas.map(({ certFile }) => certFile.replace(/\.crt$/, ".key")).join(" and ");
    process.stdout.write(
      `Whoever has ${keys} can sign for this cluster: keep a copy in a safe place. Only making certificates needs them.\n`,
    );
  }
  warn(clusters);
  return EXIT.ok;
}

/** Makes certificates by name. */
export async function issue(
  members: readonly string[],
  options: IssueOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const clusters = await loadForAllTargets(options);
  const clients = options.client ?? [];
  if (members.length === 0 && clients.length === 0) {
    throw new UsageError("there is nothing to issue: name members, or applications with --client NAME", {
      remedy: "cdktf-etcd pki init makes all that the cluster itself needs",
    });
  }
  await issueCertificates(clusters, { members, clients }, { onStep: say, signal });
  warn(clusters);
  return EXIT.ok;
}

/** Prints what is there and what should be. */
export async function list(options: ListOptions): Promise<ExitCode> {
  const format = oneOf("--output", options.output, ["table", "json"]);
  const clusters = await loadForAllTargets(options);
  const listed = listCertificates(clusters);
  const text =
    format === "json" ? renderCertificatesJson(clusters[0].name, listed) : renderCertificates(listed);
  process.stdout.write(`${text}\n`);
  warn(clusters);
  return EXIT.ok;
}

/** Replaces what ends soon, or what is named. */
export async function renew(
  names: readonly string[],
  options: RenewOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { all = false } = options;
  if (all && names.length > 0)
    throw new UsageError(`--all and names exclude each other, got --all and ${names.join(", ")}`);
  const withinMs = parseDays("--within", options.within);
  const clusters = await loadForAllTargets(options);
  const steps = await renewCertificates(clusters, { names, all, withinMs }, { onStep: say, signal });
  if (steps.length === 0) {
    process.stdout.write(`nothing to renew: no certificate ends within ${options.within}\n`);
  }
  warn(clusters);
  return EXIT.ok;
}

function say({ kind, certFile, reason, endsAt }: PkiStep): void {
  const why = reason === undefined ? "" : `: ${reason}`;
  process.stdout.write(`${kind.padEnd(8)} ${certFile}, until ${endsAt.toISOString().slice(0, 10)}${why}\n`);
}

/** On stderr, so that a nightly run that throws the output away still says it. */
function warn(clusters: Clusters): void {
  for (const { message, remedy } of pkiWarnings(clusters)) {
    process.stderr.write(`warning: ${message}\n${remedy === undefined ? "" : `  ${remedy}\n`}`);
  }
}

const MS_PER_DAY = 24 * 60 * 60 * 1000;

/** A duration that may also be in days. */
function parseDays(option: string, text: string): number {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  if (days !== undefined) return Number(days) * MS_PER_DAY;
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new UsageError(`${option} must be a duration like "30d" or "12h", got ${JSON.stringify(text)}`);
}
