import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { startTimeOf } from "../../../../../lib/local/process/process-identity";
import {
  endGroup,
  startCaptured,
  type CliResult,
  type RunningCli,
} from "../../../../support/captured-program";
import { Reaper } from "../../../../support/reaper";
import { StateFolder } from "../state-folder";
import { FILES, MOOD_VARIABLE, type Mood } from "./memory-lab";

const LOADER = join(__dirname, "..", "..", "..", "..", "..", "bin", "run.js");
const PROGRAM = join(__dirname, "memory-lab-main.ts");
/** For a condition that comes within a second on a quiet machine. */
const SOON_MS = 60_000;

/** The commands as a developer runs them, over a lab of {@link memoryLabs}, in a cache folder of their own. */
export class LabCommands {
  private readonly started: RunningCli[] = [];

  private constructor(
    private readonly cache: string,
    readonly folder: StateFolder,
  ) {}

  /** Everything that it starts ends with the test that calls this. */
  static async create(): Promise<LabCommands> {
    const cache = await mkdtemp(join(tmpdir(), "cdktf-etcd-lab-"));
    const reaper = new Reaper(cache);
    const path = join(cache, "test", "machines", "lab");
    await mkdir(path, { recursive: true });
    const commands = new LabCommands(cache, StateFolder.open(path));
    onTestFinished(async () => {
      for (const { child } of commands.started) endGroup(child, "SIGKILL");
      await Promise.all(commands.started.map(({ result }) => result));
      await reaper.reap();
    });
    return commands;
  }

  start(args: readonly string[], mood: Mood = {}): RunningCli {
    const env = {
      ...process.env,
      CDKTF_ETCD_CACHE_DIR: this.cache,
      [MOOD_VARIABLE]: JSON.stringify(mood),
    };
    const running = startCaptured([process.execPath, LOADER, PROGRAM, ...args], { cwd: this.cache, env });
    this.started.push(running);
    return running;
  }

  run(args: readonly string[], mood: Mood = {}): Promise<CliResult> {
    return this.start(args, mood).result;
  }

  /** Runs a line of shell in which `$LAB` is the commands. */
  shell(line: string): Promise<CliResult> {
    const LAB = [process.execPath, LOADER, PROGRAM].join(" ");
    const env = { ...process.env, CDKTF_ETCD_CACHE_DIR: this.cache, LAB };
    const running = startCaptured(["/bin/sh", "-c", line], { cwd: this.cache, env });
    this.started.push(running);
    return running.result;
  }

  /** Makes the lab wait; gives what lets it go on. */
  hold(what: "holdFetch" | "holdCreate" | "holdDeploy" | "holdPowerOn"): () => void {
    const file = join(this.folder.path, FILES[what]);
    writeFileSync(file, "");
    return () => rmSync(file);
  }

  /** What the lab was told to do, in order; cleared by reading. */
  calls(): string[] {
    const file = join(this.folder.path, FILES.calls);
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    rmSync(file);
    return lines;
  }

  /** Whether a process runs that only the lab's process keeps alive. */
  get worldExists(): boolean {
    const file = join(this.folder.path, FILES.world);
    return existsSync(file) && startTimeOf(Number(readFileSync(file, "utf8"))) !== undefined;
  }

  /** Pid of the lab's process. */
  get keeper(): number {
    const record = this.folder.readRecord();
    if (record === undefined) throw new Error("no process has written that it keeps a lab");
    return record.pid;
  }

  get log(): string {
    return readFileSync(this.folder.logFile, "utf8");
  }

  /** Waits until a running command has printed this. */
  async printed(running: RunningCli, text: string): Promise<void> {
    await vi.waitUntil(() => running.output().includes(text) || running.child.exitCode !== null, {
      timeout: SOON_MS,
      interval: 10,
    });
    if (!running.output().includes(text)) throw new Error(`ended without "${text}":\n${running.output()}`);
  }

  /** Waits until no process holds the lab, and nothing of it is left. */
  async gone(): Promise<void> {
    if (!(await this.folder.isFree(SOON_MS))) throw new Error(`process ${this.keeper} still holds the lab`);
    await vi.waitUntil(() => !this.worldExists, { timeout: SOON_MS, interval: 10 });
  }
}
