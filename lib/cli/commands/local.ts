import { createHash } from "node:crypto";
import type { LocalCluster, Member } from "../../cluster/cluster";
import { isKnownTo, releasesThatKnow, SETTING_KEYS } from "../../cluster/settings";
import { ExternalError, UsageError } from "../../errors";
import {
  guardMembership,
  LOCAL_INPUT_VARIABLE,
  memberFolder,
  preflight,
  resolveEtcd,
  startMember,
  stopMember,
  trustOf,
  withAbsoluteTls,
  type FoundEtcd,
  type LocalInput,
} from "../../local";
import { renderEnvFile } from "../../rendering";
import { ensureCertificates } from "../certificates";
import { NAMED_ETCD_VARIABLE } from "../deploy-variables";
import { EXIT, type ExitCode } from "../exit-codes";
import { formatBytes } from "../format";

export interface StartCommandOptions {
  readonly generation: string;
}

export interface StopCommandOptions {
  readonly stateDir: string;
}

/** Whatever would stop a member from starting, before any is started. */
export async function preflightMembers(signal: AbortSignal): Promise<ExitCode> {
  const { cluster, stateDir } = readInput();
  const named = process.env[NAMED_ETCD_VARIABLE];
  const etcd = await findEtcd(cluster, named === undefined ? { signal, onProgress: say } : { signal });
  if (etcd.etcd !== named) say(etcd.detail);
  refuseUnknownSettings(cluster, etcd.release);
  guardMembership(cluster, stateDir);
  await preflight({
    stateDir,
    members: cluster.members.map(({ name, clientUrl, peerUrl, metricsUrl }) => ({
      memberName: name,
      listenUrls: [clientUrl, peerUrl, ...(metricsUrl === undefined ? [] : [metricsUrl])],
    })),
  });
  // For a plain cdktf deploy; `up` has done so before.
  await ensureCertificates(cluster, {}, { signal, onLine: say });
  return EXIT.ok;
}

export async function start(
  memberName: string,
  options: StartCommandOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { cluster, stateDir } = readInput();
  const member = memberOf(cluster, memberName);
  const etcd = await findEtcd(cluster, { signal });
  const folder = memberFolder(stateDir, member.name);
  const env = renderEnvFile(withAbsoluteTls(cluster), member, {
    release: etcd.release,
    dataDir: folder.dataDir,
  });
  const trust = trustOf(cluster.tls, member.name) ?? "";
  await startMember({
    folder,
    memberName: member.name,
    etcd: etcd.etcd,
    release: etcd.release,
    env,
    peerUrl: member.peerUrl,
    clientUrl: member.clientUrl,
    generation: Number(options.generation),
    trust,
    digest: createHash("sha256").update([etcd.etcd, trust, env].join("\0")).digest("hex"),
    signal,
    onProgress: (line) => say(`${member.name}: ${line}`),
  });
  return EXIT.ok;
}

export async function stop(memberName: string, options: StopCommandOptions): Promise<ExitCode> {
  const { message, data } = await stopMember({
    folder: memberFolder(options.stateDir, memberName),
    memberName,
  });
  say(`${memberName}: ${message}`);
  if (data !== undefined) say(`${memberName}: kept ${data.path} (${formatBytes(data.bytes)})`);
  return EXIT.ok;
}

interface FindOptions {
  readonly signal: AbortSignal;
  /** Takes what was tried in vain and what is being fetched. @default - nobody is told */
  readonly onProgress?: (line: string) => void;
}

/** The etcd that runs, or would run, the members of `cluster` here. */
export async function findEtcd(
  cluster: LocalCluster,
  { signal, onProgress }: FindOptions,
): Promise<FoundEtcd> {
  return resolveEtcd({
    release: cluster.etcd.release,
    sha256: cluster.etcd.sha256,
    downloadBaseUrl: cluster.etcd.downloadBaseUrl,
    path: cluster.local.etcdPath,
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/** With an open release only the etcd that was found decides what it knows. */
function refuseUnknownSettings(cluster: LocalCluster, release: string): void {
  const unknown = SETTING_KEYS.filter(
    (key) => cluster.etcd.settings[key] !== undefined && !isKnownTo(key, release),
  );
  if (unknown.length === 0) return;
  throw new ExternalError(
    unknown
      .map((key) => `etcd ${release} does not know the setting ${key}; known to ${releasesThatKnow(key)}`)
      .join("\n"),
    { remedy: "remove it, or pin etcd.release to one that knows it" },
  );
}

function memberOf(cluster: LocalCluster, name: string): Member {
  const member = cluster.members.find((candidate) => candidate.name === name);
  if (member === undefined) {
    throw new UsageError(
      `no member ${name}; there are ${cluster.members.map((candidate) => candidate.name).join(", ")}`,
    );
  }
  return member;
}

function readInput(): LocalInput {
  const text = process.env[LOCAL_INPUT_VARIABLE];
  if (text === undefined) {
    throw new UsageError("this is a step of a local deploy and is called by Terraform", {
      remedy: "run cdktf-etcd up",
    });
  }
  return JSON.parse(text) as LocalInput;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
