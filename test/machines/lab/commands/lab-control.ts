import type { ProgramResult } from "../../../../lib/local/run-program";

/** What the commands need of a machine of the lab; `Machine` is one. */
export interface MachineControl {
  readonly name: string;
  readonly instanceId: string;
  readonly address: string;
  readonly isOn: boolean;
  /** All that its console has shown. */
  readonly console: string;
  powerOn(): Promise<void>;
  powerOff(): Promise<void>;
  cutPower(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  exec(words: readonly string[], options: { readonly timeoutMs: number }): Promise<ProgramResult>;
  execCommand(words: readonly string[]): Promise<readonly string[]>;
}

/** How a program ended, and what it printed. */
export interface Ending {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams as they came. */
  readonly output: string;
}

/** What the commands need of a lab; `Lab` is one. */
export interface LabControl {
  readonly machines: readonly MachineControl[];
  readonly network: {
    /** What was not let through since the network is there. */
    refused(): Promise<readonly { readonly message: string }[]>;
  };
  readonly project: {
    /** Runs a command of `cdktf-etcd` in the operator's place. */
    run(args: readonly string[]): Promise<Ending>;
  };
  deploy(): Promise<Ending>;
  wayToS3(state: WayToS3): Promise<void>;
  pullCable(name: string): Promise<void>;
  plugCable(name: string): Promise<void>;
  cutOff(name: string, others?: string[]): Promise<void>;
  mend(): Promise<void>;
  replace(name: string, options: { disk: "kept" | "empty" }): Promise<void>;
  volumeOf(name: string): { wipe(): Promise<void> };
  dispose(): Promise<void>;
}

export const WAYS_TO_S3 = ["open", "closed", "silent"] as const;
export type WayToS3 = (typeof WAYS_TO_S3)[number];

export interface CreateOptions {
  /** Text of a `cluster.yaml`. @default - the lab's own definition */
  readonly definition: string | undefined;
  /** Release of etcd, or its beginning. @default - the lab's own choice */
  readonly release: string | undefined;
  readonly onProgress: (line: string) => void;
  /** Nobody wants the lab any more. */
  readonly signal: AbortSignal;
}

/** Where labs come from. */
export interface LabProvider {
  /** Why there can be none on this machine, with what to do. */
  problem(): string | undefined;
  /** Everything but machines. */
  create(options: CreateOptions): Promise<LabControl>;
}
