import { Testing, TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { relative, resolve } from "node:path";
import { parse } from "yaml";
import type { Cluster } from "../../lib/cluster/cluster";
import { ensurePki, hasManagedPki } from "../../lib/pki";
import { buildApp } from "../../lib/stacks";

const REPOSITORY = resolve(".");

export type Attributes = Readonly<Record<string, unknown>>;

interface TerraformJson {
  readonly terraform: Attributes;
  readonly locals?: Attributes;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  readonly output?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly check?: Readonly<Record<string, { readonly assert: readonly Assertion[] }>>;
}

export interface Assertion {
  readonly condition: string;
  readonly error_message: string;
}

/** One stack's Terraform, in memory. */
export class Synthesized {
  readonly json: TerraformJson;

  private constructor(
    /** As CDKTF writes it, without the metadata that is for CDKTF alone, and as if the project were the repository. */
    readonly text: string,
  ) {
    this.json = JSON.parse(text) as TerraformJson;
  }

  /** With CDKTF's own validations; nothing is written. */
  static of(stack: TerraformStack): Synthesized {
    const text = Testing.synth(stack, true);
    const toRepository = relative(process.cwd(), REPOSITORY);
    return new Synthesized(toRepository === "" ? text : text.replaceAll(`${toRepository}/`, ""));
  }

  /** Resources of a type by their names in Terraform. */
  resources(type: string): Readonly<Record<string, Attributes>> {
    return this.json.resource?.[type] ?? {};
  }

  all(type: string): Attributes[] {
    return Object.values(this.resources(type));
  }

  /** Data sources of a type by their names in Terraform. */
  data(type: string): Readonly<Record<string, Attributes>> {
    return this.json.data?.[type] ?? {};
  }

  get types(): string[] {
    return Object.keys(this.json.resource ?? {});
  }

  /** User data texts in the order of the members. */
  get userData(): string[] {
    return this.all("aws_instance").map(({ user_data }) => String(user_data));
  }
}

/** Terraform of the stack that a run for this cluster would write, in a project with its certificates. */
export async function synthesize(cluster: Cluster): Promise<Synthesized> {
  await addCertificates(cluster);
  return Synthesized.of(onlyStack(await buildApp(cluster)));
}

/** What `cdktf-etcd pki init` would make in the working directory. */
export async function addCertificates(cluster: Cluster): Promise<void> {
  // Those of local members are made by the deploy itself.
  if (cluster.target === "local" || !hasManagedPki(cluster)) return;
  if (process.cwd() === REPOSITORY)
    throw new Error("keys do not belong into the repository: call useProject()");
  await ensurePki(cluster);
}

export function onlyStack(app: IConstruct): TerraformStack {
  const stacks = app.node.children.filter((child) => TerraformStack.isStack(child));
  const [stack] = stacks;
  if (stack === undefined || stacks.length !== 1)
    throw new Error(`one stack expected, there are ${stacks.length}`);
  return stack;
}

/** A line of the env file in a `#cloud-config`. */
export function environmentOf(userData: string, variable: string): string | undefined {
  const { write_files: files } = parse(userData) as { write_files: { path: string; content: string }[] };
  const lines = files.find(({ path }) => path === "/etc/etcd/etcd.env")?.content.split("\n") ?? [];
  return lines.find((line) => line.startsWith(`${variable}=`))?.slice(variable.length + 1);
}
