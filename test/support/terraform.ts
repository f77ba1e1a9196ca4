import { existsSync } from "node:fs";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { defaultCacheDir, publishFolder } from "../../lib/downloads/cache";
import { runProgram, type ProgramResult } from "../../lib/local/run-program";
import { Reaper } from "./reaper";

/** What `terraform validate -json` says about one place. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail?: string;
  readonly address?: string;
}

const AWS_PROVIDER = "registry.terraform.io/hashicorp/aws";

/** The lowest that the stacks allow, fetched where this machine has none. */
const AWS_PROVIDER_VERSION = "5.100.0";

/** Provider start-up takes seconds, on a busy machine many of them. */
export const TERRAFORM_TIMEOUT_MS = 120_000;

/** 150 MB on a slow line. */
const DOWNLOAD_TIMEOUT_MS = 600_000;

/** Where Terraform runs, when that is not simply here. */
export interface TerraformPlace {
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** What to start instead of a program, so that it runs there. */
  command(words: readonly string[], folder: string): readonly [string, ...string[]];
}

/** Path of `terraform` or `tofu`. */
export function terraformBinary(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = ["terraform", "tofu"]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error("neither terraform nor tofu is on PATH");
  return found;
}

/**
 * Terraform with the providers of this machine: where a filesystem mirror holds the AWS provider it is used, else Terraform
 * downloads as it always does.
 */
export class Terraform {
  private constructor(
    /** For `terraform`, `cdktf` and whatever starts them. */
    readonly env: NodeJS.ProcessEnv,
    private readonly place: TerraformPlace | undefined,
    private readonly reaper: Reaper,
  ) {}

  /** @param place has no way to the provider registry, so that the provider is downloaded before */
  static async create(place?: TerraformPlace): Promise<Terraform> {
    const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-terraform-"));
    const env: NodeJS.ProcessEnv = { ...(place?.env ?? process.env), CHECKPOINT_DISABLE: "1", CI: "1" };
    const mirror = place === undefined ? await findMirror() : await providerMirror();
    if (mirror !== undefined) {
      env["TF_CLI_CONFIG_FILE"] = join(folder, "mirror.tfrc");
      // A mirror is linked, not copied; a cache in between would only hold a second link.
      delete env["TF_PLUGIN_CACHE_DIR"];
      env["CDKTF_DISABLE_PLUGIN_CACHE_ENV"] = "1";
      await writeFile(env["TF_CLI_CONFIG_FILE"], mirrorConfig(mirror));
    }
    return new Terraform(env, place, new Reaper(folder));
  }

  /** What is wrong with the configuration in `dir`. A folder that was validated before keeps its providers. */
  async validate(dir: string): Promise<Diagnostic[]> {
    if (!existsSync(join(dir, ".terraform.lock.hcl")))
      await this.run(dir, ["init", "-backend=false", "-input=false", "-no-color"]);
    const { stdout } = await this.run(dir, ["validate", "-json"], [0, 1]);
    return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
  }

  /** @throws Error with Terraform's words when it ends with another exit code than the given ones */
  async run(
    dir: string,
    args: readonly string[],
    exitCodes: readonly number[] = [0],
  ): Promise<TerraformResult> {
    const words = [terraformBinary(), ...args] as const;
    const [program, ...rest] = this.place?.command(words, dir) ?? words;
    return checked(
      args,
      exitCodes,
      await runProgram(program, rest, { cwd: dir, env: this.env, timeoutMs: TERRAFORM_TIMEOUT_MS }),
    );
  }

  async remove(): Promise<void> {
    await this.reaper.reap();
  }
}

export interface TerraformResult {
  readonly stdout: string;
  readonly exitCode: number;
}

function checked(
  args: readonly string[],
  exitCodes: readonly number[],
  { stdout, stderr, exitCode }: ProgramResult,
): TerraformResult {
  if (exitCode === undefined || !exitCodes.includes(exitCode)) {
    throw new Error(`terraform ${args.join(" ")} ended with ${String(exitCode)}:\n${stdout}\n${stderr}`);
  }
  return { stdout, exitCode };
}

/** The root of a mirror with a build of the AWS provider for this machine. */
async function findMirror(): Promise<string | undefined> {
  const ownProviders = ["(", "-path", "*/.terraform", "-o", "-path", "*/.unfinished-*", ")", "-prune"];
  const provider = ["-type", "d", "-path", `*/${AWS_PROVIDER}`, "-prune", "-print"];
  // Folders that cannot be read make `find` fail; what it found counts all the same.
  const { stdout } = await runProgram("find", ["/", "-xdev", ...ownProviders, "-o", ...provider]);
  for (const folder of stdout.split("\n").filter((line) => line !== "")) {
    const versions = await readdir(folder);
    if (versions.some((version) => existsSync(join(folder, version, platform()))))
      return dirname(dirname(dirname(folder)));
  }
  return undefined;
}

/** Folder with the AWS provider, for where the registry cannot be reached; downloaded when this machine has none. */
export async function providerMirror(): Promise<string> {
  return (await findMirror()) ?? (await fetchMirror());
}

/**
 * Downloads the provider into the cache. `terraform init` and not `terraform providers mirror`: what the former leaves is
 * linked where it is used, what the latter leaves is unpacked into each folder, 700 MB at a time.
 */
async function fetchMirror(): Promise<string> {
  const target = join(defaultCacheDir(), "test", "providers");
  await publishFolder(target, async (folder) => {
    const aws = { source: "hashicorp/aws", version: AWS_PROVIDER_VERSION };
    const file = join(folder, "versions.tf.json");
    await writeFile(file, JSON.stringify({ terraform: { required_providers: { aws } } }));
    const env = { ...process.env, CHECKPOINT_DISABLE: "1", TF_DATA_DIR: folder };
    const options = { cwd: folder, env, timeoutMs: DOWNLOAD_TIMEOUT_MS };
    const args = ["init", "-backend=false", "-input=false", "-no-color"];
    checked(args, [0], await runProgram(terraformBinary(), args, options));
  });
  return join(target, "providers");
}

/** As Terraform names it, e.g. `linux_amd64`. */
function platform(): string {
  const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
  return `${process.platform}_${architectures[process.arch] ?? process.arch}`;
}

function mirrorConfig(root: string): string {
  return `disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path    = ${JSON.stringify(root)}
    include = ["registry.terraform.io/hashicorp/aws"]
  }
  direct {
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }
}
`;
}
