import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { initialCluster, type LocalCluster } from "../cluster/cluster";
import { ExternalError } from "../errors";
import { memberFolder } from "./process/member-folder";
import { readRecords } from "./process/record";

/** Written beside the members: which cluster their data belongs to. */
const FILE = "cluster.json";

interface Formation {
  readonly initialCluster: string;
  readonly initialClusterToken: string;
}

/** What to do about such problems. */
export const MEMBERSHIP_REMEDY =
  "keep the old definition, or give the data up: `cdktf-etcd down --delete-data`, then deploy again";

/**
 * What speaks against running `cluster` on what is there, from its records and data.
 */
export function membershipProblems(cluster: LocalCluster, stateDir: string): string[] {
  return [
    ...strangers(cluster, stateDir),
    ...differences(readFormation(stateDir), formationOf(cluster), hasData(cluster, stateDir)),
  ];
}

/**
 * etcd forms a cluster once. With data in place it ignores a changed member list, and a member without data would try to form
 * a second cluster beside it: so data of one formation never runs under another.
 *
 * @throws ExternalError when there is data, or a running member, of another formation
 */
export function guardMembership(cluster: LocalCluster, stateDir: string): void {
  const problems = membershipProblems(cluster, stateDir);
  if (problems.length > 0) throw new ExternalError(problems.join("\n"), { remedy: MEMBERSHIP_REMEDY });
  const file = join(resolve(stateDir), FILE);
  mkdirSync(resolve(stateDir), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(formationOf(cluster), null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

function formationOf(cluster: LocalCluster): Formation {
  return {
    initialCluster: initialCluster(cluster.members),
    initialClusterToken: cluster.etcd.initialClusterToken,
  };
}

function strangers(cluster: LocalCluster, stateDir: string): string[] {
  const names = new Set(cluster.members.map(({ name }) => name));
  return [...readRecords(stateDir)].flatMap(([name, state]) =>
    state.kind === "running" && !names.has(name)
      ? [`member ${name} runs (pid ${state.record.pid}) and is not in the definition any more`]
      : [],
  );
}

function differences(old: Formation | undefined, wanted: Formation, hasData: boolean): string[] {
  if (old === undefined || !hasData) return [];
  return (Object.keys(wanted) as (keyof Formation)[]).flatMap((key) =>
    old[key] === wanted[key]
      ? []
      : [
          `the data here belongs to a cluster with another ${words(key)}: ${old[key]}; the definition says ${wanted[key]}${withoutTls(old[key], wanted[key])}`,
        ],
  );
}

function hasData(cluster: LocalCluster, stateDir: string): boolean {
  const names = new Set([...cluster.members.map(({ name }) => name), ...readRecords(stateDir).keys()]);
  return [...names].some((name) => existsSync(memberFolder(stateDir, name).dataDir));
}

function readFormation(stateDir: string): Formation | undefined {
  try {
    const formation: unknown = JSON.parse(readFileSync(join(resolve(stateDir), FILE), "utf8"));
    return isFormation(formation) ? formation : undefined;
  } catch {
    // Not there, or half a file of a crash: then the members' own data is what counts.
    return undefined;
  }
}

function isFormation(value: unknown): value is Formation {
  return (
    typeof value === "object" && value !== null && "initialCluster" in value && "initialClusterToken" in value
  );
}

/** Members that were formed over plain HTTP know each other by those URLs. */
function withoutTls(old: string, wanted: string): string {
  return old.replaceAll("=http://", "=https://") === wanted ? " (tls: false in it keeps plain HTTP)" : "";
}

function words(key: keyof Formation): string {
  return key === "initialCluster" ? "initial cluster" : "initial cluster token";
}
