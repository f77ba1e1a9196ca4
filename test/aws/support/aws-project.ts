import { existsSync, readdirSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { TIMEOUT_VARIABLE } from "../../../lib/cli/deploy-variables";
import { APP, CDKTF, CLI, CliProject, type CliResult } from "../../support/cli";
import { Terraform } from "../../support/terraform";
import { readBack, type AwsState } from "./aws-state";
import { Emulator } from "./emulator";
import { NetworkNamespace } from "./network-namespace";

/**
 * For a deploy that nobody attends, where the provider registry cannot be reached. Nearly all of it is the provider's waiting,
 * which is done at the same time.
 */
export const DEPLOY_OPTIONS = [
  "--auto-approve",
  "--skip-provider-lock",
  "--terraform-parallelism",
  "30",
] as const;

/** The check at the end of a deploy finds nobody, since no machine starts: it need not wait for one. */
export const SHORT_CHECK = { [TIMEOUT_VARIABLE]: "5s" } as const;

export interface AwsProjectOptions {
  /** Text of `cluster.yaml`. */
  readonly definition: string;
  /** The definition's. */
  readonly region: string;
}

/**
 * A temporary project folder whose commands take the emulator for AWS. All of it runs in a network namespace, so that
 * nothing that knows the members' addresses can reach whoever has them on this machine's network.
 */
export class AwsProject {
  private constructor(
    private readonly project: CliProject,
    readonly namespace: NetworkNamespace,
    readonly emulator: Emulator,
    readonly terraform: Terraform,
  ) {}

  /** To be disposed of by the caller, also when a test fails. */
  static async create({ definition, region }: AwsProjectOptions): Promise<AwsProject> {
    const project = await CliProject.createKept();
    await project.write("cluster.yaml", definition);
    await project.write("cdktf.json", cdktfProject(project.folder));
    const namespace = await NetworkNamespace.create();
    try {
      const emulator = await Emulator.start(namespace, region);
      const terraform = await Terraform.create({
        env: emulator.env(),
        command: (words, folder) => namespace.command(words, folder),
      });
      return new AwsProject(project, namespace, emulator, terraform);
    } catch (error) {
      await namespace.remove();
      await project.dispose();
      throw error;
    }
  }

  get folder(): string {
    return this.project.folder;
  }

  /** Folder of the one synthesized stack, in which `terraform` runs. */
  get stackFolder(): string {
    const stacks = join(this.folder, "cdktf.out", "stacks");
    const [stack, ...others] = readdirSync(stacks);
    if (stack === undefined || others.length > 0)
      throw new Error(`${stacks} does not hold exactly one stack`);
    return join(stacks, stack);
  }

  write(file: string, text: string | Buffer): Promise<void> {
    return this.project.write(file, text);
  }

  /** Runs a command of `cdktf-etcd`. */
  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
    return this.start([process.execPath, ...CLI, ...args], { TARGET: "aws", ...env });
  }

  /** Runs CDKTF's own CLI. */
  cdktf(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
    return this.start([process.execPath, CDKTF, ...args], { TARGET: "aws", ...env });
  }

  /** Runs a line of shell as a user types it; `npx cdktf` is this checkout's. */
  async shell(line: string, env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
    const bin = join(this.folder, "node_modules", ".bin");
    await mkdir(bin, { recursive: true });
    if (!existsSync(join(bin, "cdktf"))) await symlink(CDKTF, join(bin, "cdktf"));
    return this.start(["/bin/sh", "-c", line], { TARGET: "aws", ...env });
  }

  deploy(env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
    return this.cdktf(["deploy", ...DEPLOY_OPTIONS], { ...SHORT_CHECK, ...env });
  }

  destroy(env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
    return this.cdktf(["destroy", ...DEPLOY_OPTIONS], env);
  }

  readBack(): Promise<AwsState> {
    return readBack(this.emulator);
  }

  async dispose(): Promise<void> {
    await this.namespace.remove();
    await this.terraform.remove();
    await this.project.dispose();
  }

  private start(words: readonly string[], env: NodeJS.ProcessEnv): Promise<CliResult> {
    const command = this.namespace.command(words, this.folder);
    // Only what the emulator and Terraform need otherwise than this machine has it: the rest is the project's affair.
    const names = new Set([...Object.keys(process.env), ...Object.keys(this.terraform.env)]);
    const changes = [...names]
      .filter((name) => this.terraform.env[name] !== process.env[name])
      .map((name) => [name, this.terraform.env[name]] as const);
    return this.project.startProgram(command, {
      env: { ...Object.fromEntries(changes), ...env },
      timeoutMs: 600_000,
    }).result;
  }
}

function cdktfProject(folder: string): string {
  const app = ["node", ...APP.map((path) => relative(folder, path))].join(" ");
  return JSON.stringify({ language: "typescript", app, projectId: "aws", sendCrashReports: "false" });
}
