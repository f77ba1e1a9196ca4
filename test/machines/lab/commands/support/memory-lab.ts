import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProgramResult } from "../../../../../lib/local/run-program";
import { untilAborted } from "../../../../../lib/client";
import type { CreateOptions, Ending, LabControl, LabProvider, MachineControl, WayToS3 } from "../lab-control";

/** What the lab of a test does otherwise than well; a test sets it in the environment of `up`. */
export interface Mood {
  readonly problem?: string;
  readonly createFails?: string;
  readonly deployFails?: string;
  readonly neverHealthy?: boolean;
}

export const MOOD_VARIABLE = "MEMORY_LAB";

/** Files in the folder where the lab's process works. */
export const FILES = {
  /** While it is there, the lab is being prepared, which can be broken off. */
  holdFetch: "hold-fetch",
  /** While it is there, the deploy goes on. */
  holdDeploy: "hold-deploy",
  /** While it is there, the lab is being made, which cannot be broken off. */
  holdCreate: "hold-create",
  /** While it is there, whoever switches a machine on waits. */
  holdPowerOn: "hold-power-on",
  /** A line for each call. */
  calls: "calls",
  /** Pid of a process that is there as long as the lab. */
  world: "world.pid",
} as const;

/** Has machines in name only, but a real process that must not outlive it. */
export const memoryLabs: LabProvider = {
  problem: () => mood().problem,
  create: (options) => MemoryLab.create(options),
};

class MemoryLab implements LabControl {
  readonly machines: MemoryMachine[] = [];

  private constructor(
    private readonly options: CreateOptions,
    private readonly world: ChildProcess,
  ) {}

  static async create(options: CreateOptions): Promise<MemoryLab> {
    await call("create", options.release ?? "-", String(options.definition?.length ?? "-"));
    await untilAborted(whileThere(FILES.holdFetch), options.signal);
    await whileThere(FILES.holdCreate);
    const { createFails } = mood();
    if (createFails !== undefined) throw new Error(createFails);
    // Ends with its standard input, and so with this process.
    const world = spawn("cat", [], { stdio: ["pipe", "ignore", "ignore"] });
    await once(world, "spawn");
    writeFileSync(FILES.world, String(world.pid));
    return new MemoryLab(options, world);
  }

  readonly network = {
    refused: () =>
      Promise.resolve([{ message: "10.40.0.10 -> 10.40.1.10 tcp/22 refused: no rule lets it in" }]),
  };
  readonly project = { run: (args: readonly string[]) => Promise.resolve(this.run(args)) };

  async deploy(): Promise<Ending> {
    for (const index of [0, 1, 2]) {
      const machine = new MemoryMachine(`etcd-${index}`, `10.40.${index}.10`);
      await machine.powerOn();
      this.machines.push(machine);
      this.options.onProgress(`${machine.name}: ${machine.instanceId} is on`);
      await whileThere(FILES.holdDeploy);
    }
    const { deployFails } = mood();
    return ending(deployFails === undefined ? 0 : 1, deployFails ?? "Apply complete!");
  }

  wayToS3(state: WayToS3): Promise<void> {
    return call("wayToS3", state);
  }
  pullCable(name: string): Promise<void> {
    return call("pullCable", name);
  }
  plugCable(name: string): Promise<void> {
    return call("plugCable", name);
  }
  cutOff(name: string, others: readonly string[] = []): Promise<void> {
    return call("cutOff", name, ...others);
  }
  mend(): Promise<void> {
    return call("mend");
  }
  async replace(name: string, { disk }: { disk: "kept" | "empty" }): Promise<void> {
    const machine = this.machines.find((one) => one.name === name)!;
    machine.instanceId = `${machine.instanceId}-next`;
    await machine.powerOn();
    await call("replace", name, disk);
  }
  volumeOf(name: string): { wipe(): Promise<void> } {
    return { wipe: () => call("wipe", name) };
  }

  async dispose(): Promise<void> {
    await call("dispose");
    const exit = once(this.world, "exit");
    this.world.stdin?.end();
    await exit;
  }

  private run(args: readonly string[]): Ending {
    void call("cdktf-etcd", ...args);
    const off = this.machines.filter(({ isOn }) => !isOn).map(({ name }) => name);
    const isHealthy = off.length === 0 && mood().neverHealthy !== true;
    if (!args.includes("json")) return ending(isHealthy ? 0 : 1, isHealthy ? "is healthy" : "is unhealthy");
    const results = off.map((member) => ({ outcome: "failed", member, reason: "connection refused" }));
    const report = {
      verdict: isHealthy ? "healthy" : "unhealthy",
      tookMs: 1234,
      checks: [{ outcome: isHealthy ? "passed" : "failed", results }],
      endpoints: this.machines.map(({ name, isOn }) => ({
        member: name,
        status: isOn ? { isLeader: name === "etcd-1" } : null,
      })),
    };
    return ending(isHealthy ? 0 : 1, JSON.stringify(report));
  }
}

class MemoryMachine implements MachineControl {
  isOn = false;
  instanceId: string;
  console = "";

  constructor(
    readonly name: string,
    readonly address: string,
  ) {
    this.instanceId = `i-of-${name}`;
  }

  async powerOn(): Promise<void> {
    await call("powerOn", this.name);
    await whileThere(FILES.holdPowerOn);
    this.isOn = true;
    this.console += `${this.name} login:\n`;
  }
  async powerOff(): Promise<void> {
    await call("powerOff", this.name);
    this.isOn = false;
  }
  async cutPower(): Promise<void> {
    await call("cutPower", this.name);
    this.isOn = false;
  }
  freeze(): Promise<void> {
    return call("freeze", this.name);
  }
  thaw(): Promise<void> {
    return call("thaw", this.name);
  }
  exec(): Promise<ProgramResult> {
    return Promise.resolve({ exitCode: 0, stdout: "running\nactive\n", stderr: "", failure: undefined });
  }
  execCommand(words: readonly string[]): Promise<readonly string[]> {
    if (!this.isOn) throw new Error(`${this.name} is off`);
    return Promise.resolve(["env", `MACHINE=${this.name}`, ...words]);
  }
}

function mood(): Mood {
  return JSON.parse(process.env[MOOD_VARIABLE] ?? "{}") as Mood;
}

function call(...words: readonly string[]): Promise<void> {
  appendFileSync(FILES.calls, `${words.join(" ")}\n`);
  return Promise.resolve();
}

async function whileThere(file: string): Promise<void> {
  while (existsSync(file)) await sleep(10);
}

function ending(code: number, text: string): Ending {
  return { code, stdout: `${text}\n`, stderr: "", output: `${text}\n` };
}
