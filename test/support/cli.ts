/**
 * The CLI as a user runs it: a process of its own in a folder with a definition. Whatever it starts is stopped and removed
 * again, also when a test fails or the whole run is interrupted.
 */
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import type { ClusterDefinition, LocalDefinition } from "../../lib/cluster/definition";
import { OPERATOR, pkiLayout } from "../../lib/cluster/pki-layout";
import {
  isRunning,
  memberFolder,
  readRecords,
  stateDirOf,
  type MemberFolder,
  type ProcessRecord,
} from "../../lib/local";
import { defaultEtcd, type TestEtcd } from "./etcd";
import { endGroup, startCaptured, type CliResult, type RunningCli } from "./captured-program";
import { freePortRange } from "./free-ports";
import { Reaper } from "./reaper";

export type { CliResult, RunningCli } from "./captured-program";

const packageRoot = join(__dirname, "..", "..");
const loader = join(packageRoot, "bin", "run.js");
/** What `npm run up` starts. */
export const CLI = [loader, join(packageRoot, "bin", "cdktf-etcd.ts")] as const;
/** What `cdktf.json` starts. */
export const APP = [loader, join(packageRoot, "bin", "app.ts")] as const;
/** CDKTF's own CLI. */
export const CDKTF = join(packageRoot, "node_modules", "cdktf-cli", "bundle", "bin", "cdktf");

/** Taking a cluster down, on a busy machine. */
const DISPOSE_TIMEOUT_MS = 120_000;

/** A line of a stack trace, which nobody but us is to see. */
export const STACK = /^\s*at .+:\d+:\d+\)?$/m;

export interface RunOptions {
  /** Added to the environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** After which it counts as hanging and is ended. @default 180000 */
  readonly timeoutMs?: number;
}

export interface ProjectOptions {
  /** @default "e2e" */
  readonly name?: string;
  /** @default 3 */
  readonly members?: number;
  readonly etcd?: ClusterDefinition["etcd"];
  readonly local?: LocalDefinition | undefined;
  /** @default - mutual TLS with the certificates that cdktf-etcd keeps */
  readonly tls?: ClusterDefinition["tls"];
  /** Where the project's folder is made. @default - the system's folder for temporary files */
  readonly parent?: string;
}

/** A temporary folder with a `cluster.yaml` for the local target, on ports of its own. */
export class CliProject {
  private readonly children = new Set<ChildProcess>();
  private readonly reaper: Reaper;
  private scheme: "http" | "https" = "https";

  private constructor(
    readonly folder: string,
    readonly name: string,
    /** Client port of the first member; its peer port is the next, then the second member's. */
    readonly firstPort: number,
    readonly etcd: TestEtcd,
  ) {
    this.reaper = new Reaper(folder);
  }

  /** With a definition of three members, unless said otherwise; disposed of at the end of the test that calls this. */
  static async create(options: ProjectOptions = {}): Promise<CliProject> {
    const project = await CliProject.createKept(options);
    onTestFinished(() => project.dispose(), DISPOSE_TIMEOUT_MS);
    return project;
  }

  /** The same for a whole file of tests, which calls `dispose`. */
  static async createKept(options: ProjectOptions = {}): Promise<CliProject> {
    const { name = "e2e", members = 3 } = options;
    const firstPort = await freePortRange(2 * Math.max(members, 5));
    const folder = realpathSync(await mkdtemp(join(options.parent ?? tmpdir(), "cdktf-etcd-cli-")));
    const project = new CliProject(folder, name, firstPort, await defaultEtcd());
    await project.define({ members, etcd: options.etcd, local: options.local, tls: options.tls });
    return project;
  }

  /** Writes `cluster.yaml` anew. */
  async define(changes: Omit<ProjectOptions, "name" | "parent"> = {}): Promise<void> {
    const ports = { clientPort: this.firstPort, peerPort: this.firstPort + 1, portStep: 2 };
    const { members = 3, etcd, local, tls } = changes;
    this.scheme = tls === false ? "http" : "https";
    const definition = { name: this.name, members, tls, etcd, local: { ...ports, ...local } };
    await this.write("cluster.yaml", stringify(definition));
  }

  async write(file: string, text: string | Buffer): Promise<void> {
    await writeFile(join(this.folder, file), text);
  }

  /** Runs a command to its end. */
  run(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
    return this.start(args, options).result;
  }

  /** Starts a command, in a process group of its own as a shell with a terminal does. */
  start(args: readonly string[], options: RunOptions = {}): RunningCli {
    return this.startProgram([process.execPath, ...CLI, ...args], options);
  }

  /** Runs CDKTF's own CLI. */
  cdktf(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
    const env = { TARGET: "local", CI: "1", CHECKPOINT_DISABLE: "1", ...options.env };
    return this.startProgram([process.execPath, CDKTF, ...args], { env }).result;
  }

  /** Runs a line of shell in which `$CLI` is this CLI. */
  shell(line: string, options: RunOptions = {}): Promise<CliResult> {
    const env = { CLI: [process.execPath, ...CLI].join(" "), ...options.env };
    return this.startProgram(["/bin/sh", "-c", line], { env }).result;
  }

  startProgram(words: readonly string[], options: RunOptions = {}): RunningCli {
    const place = { cwd: this.folder, env: this.environment(options.env) };
    const running = startCaptured(words, place, options.timeoutMs);
    this.children.add(running.child);
    running.child.once("close", () => this.children.delete(running.child));
    return running;
  }

  private environment(changes: RunOptions["env"] = {}): NodeJS.ProcessEnv {
    const {
      CLUSTER: _c,
      TARGET: _t,
      TERRAFORM_BINARY_NAME: _b,
      CDKTF_CONTEXT_JSON: _j,
      ...inherited
    } = process.env;
    const env = {
      ...inherited,
      PATH: [dirname(this.etcd.etcd), process.env["PATH"]].join(delimiter),
      // Nothing that another run fetched may decide a test.
      CDKTF_ETCD_CACHE_DIR: join(this.folder, "cache"),
      FORCE_COLOR: undefined,
      NO_COLOR: undefined,
      ...changes,
    };
    return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  }

  get stateDir(): string {
    return join(this.folder, stateDirOf(this.name));
  }

  get stateFile(): string {
    return join(this.folder, `terraform.${this.name}-local.tfstate`);
  }

  memberFolder(member: string): MemberFolder {
    return memberFolder(this.stateDir, member);
  }

  /** Members whose recorded process runs, by name. */
  running(): Record<string, ProcessRecord> {
    const records: Record<string, ProcessRecord> = {};
    for (const [name, state] of readRecords(this.stateDir))
      if (state.kind === "running") records[name] = state.record;
    return records;
  }

  /** Pids of the running members, by name. */
  pids(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.running()).map(([name, { pid }]) => [name, pid]));
  }

  pid(member: string): number {
    const pid = this.pids()[member];
    if (pid === undefined) throw new Error(`${member} does not run`);
    return pid;
  }

  /** Sends a signal to a member that runs and, for SIGKILL, waits until it is gone. */
  async signal(member: string, signal: NodeJS.Signals): Promise<void> {
    const record = this.running()[member];
    if (record === undefined) throw new Error(`${member} does not run`);
    process.kill(record.pid, signal);
    while (signal === "SIGKILL" && isRunning(record)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  endpoints(count = 3): string[] {
    return Array.from(
      { length: count },
      (_, index) => `${this.scheme}://127.0.0.1:${this.firstPort + 2 * index}`,
    );
  }

  /** Runs etcdctl of the members' release against all of them, as the operator, unless `args` say otherwise. */
  async etcdctl(args: readonly string[]): Promise<CliResult> {
    const has = (option: string): boolean => args.some((arg) => arg.startsWith(option));
    const endpoints = `--endpoints=${this.endpoints(Object.keys(this.running()).length).join(",")}`;
    const { clientCa, client } = pkiLayout(this.name);
    const { certFile, keyFile } = client(OPERATOR);
    const tls = [`--cacert=${clientCa.certFile}`, `--cert=${certFile}`, `--key=${keyFile}`];
    const more = [
      ...(has("--endpoints") ? [] : [endpoints]),
      ...(has("--cacert") || this.scheme === "http" ? [] : tls),
    ];
    return this.startProgram([this.etcd.etcdctl, ...args, ...more], { env: { ETCDCTL_API: "3" } }).result;
  }

  /** Names in the project's folder that a user did not write. */
  created(): string[] {
    const names = [
      "cdktf.json",
      "cdktf.out",
      ".cdktf-etcd",
      "pki",
      "terraform.tfstate",
      "terraform.tfstate.d",
      this.stateFile,
    ];
    return names.filter((name) => existsSync(name.startsWith("/") ? name : join(this.folder, name)));
  }

  /** Stacks that were synthesized. */
  stacks(): string[] {
    const folder = join(this.folder, "cdktf.out", "stacks");
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** Terraform's state; throws when it is no whole JSON. */
  state(): { readonly resources: readonly { readonly name: string }[] } {
    return JSON.parse(readFileSync(this.stateFile, "utf8")) as ReturnType<CliProject["state"]>;
  }

  /** Takes everything down and removes the folder. */
  async dispose(): Promise<void> {
    for (const child of this.children) endGroup(child, "SIGTERM");
    await Promise.all(
      [...this.children].map((child) => new Promise((resolve) => child.once("close", resolve))),
    );
    try {
      const pids = this.pids();
      Object.values(pids).forEach((pid) => process.kill(pid, "SIGCONT"));
      if (Object.keys(pids).length > 0) await this.run(["down"]);
    } finally {
      await this.reaper.reap();
    }
  }
}
