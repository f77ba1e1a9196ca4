import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../../lib/local/run-program";
import type { Terraform } from "../../support/terraform";
import type { AwsState } from "./aws-state";
import type { Evidence } from "./private-keys";

const PLAN_AS_JSON = "plan as JSON";

/** What Terraform makes of a plan, and all ways in which it shows that and the state. */
export async function evidenceOfPlan(
  terraform: Terraform,
  folder: string,
  planArguments: readonly string[] = [],
): Promise<Evidence[]> {
  const scratch = await mkdtemp(join(tmpdir(), "cdktf-etcd-plan-"));
  try {
    const file = join(scratch, "plan");
    const commands: readonly [kind: string, args: readonly string[]][] = [
      ["plan as it is printed", ["plan", "-input=false", "-no-color", `-out=${file}`, ...planArguments]],
      [PLAN_AS_JSON, ["show", "-json", file]],
      ["state as JSON", ["show", "-json"]],
      ["outputs", ["output", "-json"]],
    ];
    const printed: Evidence[] = [];
    for (const [kind, args] of commands) {
      const { stdout } = await terraform.run(folder, args);
      printed.push({ kind, place: args.join(" "), content: Buffer.from(stdout) });
    }
    return [...printed, ...(await zipEntries(file, scratch))];
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** What a plan would do, by its own account in JSON: `update aws_vpc.network_vpc`. */
export function plannedActions(evidence: readonly Evidence[]): string[] {
  const json = evidence.find(({ kind }) => kind === PLAN_AS_JSON)?.content.toString() ?? "";
  const { resource_changes: changes } = JSON.parse(json) as {
    resource_changes: { address: string; change: { actions: string[] } }[];
  };
  return changes
    .map(({ address, change }) => `${change.actions.join(" and ")} ${address}`)
    .filter((action) => !/^(no-op|read) /.test(action));
}

/** A plan file is a zip archive. */
async function zipEntries(file: string, scratch: string): Promise<Evidence[]> {
  const content = await readFile(file);
  const folder = join(scratch, "entries");
  const { failure } = await runProgram("python3", ["-m", "zipfile", "--extract", file, folder]);
  if (failure !== undefined) throw new Error(`cannot unpack ${file}: ${failure}`);
  const entries = await filesBelow(folder, () => "plan file");
  return [{ kind: "plan file", place: file, content }, ...entries];
}

/** Kinds of a project's files; what is not named here belongs to the user. */
const KINDS: readonly [pattern: RegExp, kind: string][] = [
  [/\.tf\.json$/, "synthesized JSON"],
  [/\.tfstate$/, "state file"],
  [/\.tfstate\.backup$/, "backup of the state"],
];

/** Everything in a project's folder but the keys themselves, and etcd's own release. */
export async function evidenceInProject(folder: string): Promise<Evidence[]> {
  return filesBelow(folder, (path) => {
    if (path.startsWith("pki/") || path.endsWith(".tar.gz")) return undefined;
    return KINDS.find(([pattern]) => pattern.test(path))?.[1] ?? "another file of the project";
  });
}

/** Files that have a kind; links, by which providers are there, are not followed. */
async function filesBelow(
  root: string,
  kindOf: (path: string) => string | undefined,
  folder = "",
): Promise<Evidence[]> {
  const evidence: Evidence[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) evidence.push(...(await filesBelow(root, kindOf, path)));
    const kind = entry.isFile() ? kindOf(path) : undefined;
    if (kind !== undefined) evidence.push({ kind, place: path, content: await readFile(join(root, path)) });
  }
  return evidence;
}

/** What the instances were given, as AWS shows it. */
export function evidenceOfUserData({ instances }: AwsState): Evidence[] {
  return instances.map(({ id, userData }) => ({
    kind: "user data",
    place: id,
    content: Buffer.from(userData ?? ""),
  }));
}
