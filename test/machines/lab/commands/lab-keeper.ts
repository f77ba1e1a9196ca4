import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { ExternalError, UsageError } from "../../../../lib/errors";
import type { Ending, LabControl, LabProvider, MachineControl } from "./lab-control";
import { machineStatus, verification, type LabStatus, type Phase } from "./lab-status";
import { MachineOperations } from "./machine-operations";
import type { Command, Request, ResultOf } from "./protocol";
import type { VerificationSummary } from "./verification-summary";

/** Far above a first boot with its download and etcd's first election. */
const HEALTHY_TIMEOUT = "3m";
/** Ending a namespace takes a second; what takes longer than this hangs. */
const DISPOSE_TIMEOUT_MS = 120_000;
/** A lab that is being made is finished first, so that all of it can be taken down; after this it ends with the process. */
const CREATE_GRACE_MS = 60_000;
/** How often a console that somebody follows is looked at. */
const FOLLOW_MS = 100;
/** Lines of a failed deploy that are shown; the log has them all. */
const SHOWN_LINES = 40;

const LOOK =
  "the lab stays up for you to look: npm run lab -- status, console NAME, exec NAME; in the end npm run lab -- down";

const TAKEN_DOWN = "the lab was taken down while it came up";

/** Whoever sent a request. */
export interface Asker {
  /** Told what happens meanwhile. */
  readonly progress: (line: string) => void;
  /** Given text that is not ours. */
  readonly output: (text: string) => void;
  /** Nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

type RequestFor<C extends Command> = Extract<Request, { readonly command: C }>;
type Handlers = { readonly [C in Command]: (request: RequestFor<C>, asker: Asker) => Promise<ResultOf<C>> };

/** Keeps one lab, from the first request for it until it is down, and does what is asked of it. */
export class LabKeeper {
  private phase: Phase = "starting";
  private source = "";
  private readonly startedAt = new Date();
  private creating: Promise<LabControl> | undefined;
  private kept: { readonly lab: LabControl; readonly operations: MachineOperations } | undefined;
  private goingDown: Promise<string[]> | undefined;
  private readonly unwanted = new AbortController();
  private readonly over = new AbortController();

  constructor(
    private readonly provider: LabProvider,
    private readonly log: (line: string) => void,
  ) {}

  /** Whether anybody has asked for a lab. */
  get isAsked(): boolean {
    return this.phase !== "starting";
  }

  /** Resolves when all is down, or failed to go down. */
  async ended(): Promise<void> {
    if (!this.over.signal.aborted) await once(this.over.signal, "abort");
  }

  handle(request: Request, asker: Asker): Promise<unknown> {
    const handler = this.handlers[request.command] as (request: Request, asker: Asker) => Promise<unknown>;
    return handler(request, asker);
  }

  /** Takes all of it down, once; gives what was ended. */
  down(): Promise<string[]> {
    this.goingDown ??= this.takeDown().finally(() => this.over.abort());
    return this.goingDown;
  }

  private readonly handlers: Handlers = {
    up: (request, asker) => this.up(request, asker),
    status: () => this.status(),
    down: () => this.down(),
    exec: async ({ machine, words }) => this.operations.execCommand(machine, words),
    console: async ({ machine, follow }, asker) =>
      this.showConsole(this.operations.machine(machine), follow, asker),
    verify: async ({ args }) => this.lab.project.run(["verify", ...args]),
    "power-off": async ({ machines, cut }, { progress }) =>
      cut ? this.operations.cutPower(machines, progress) : this.operations.powerOff(machines, progress),
    "power-on": async ({ machines }, { progress }) => this.operations.powerOn(machines, progress),
    freeze: async ({ machines }, { progress }) => this.operations.freeze(machines, progress),
    thaw: async ({ machines }, { progress }) => this.operations.thaw(machines, progress),
    cut: async ({ machine, others }, { progress }) => this.operations.cutOff(machine, others, progress),
    "pull-cable": async ({ machines }, { progress }) => this.operations.pullCable(machines, progress),
    mend: async (_request, { progress }) => this.operations.mend(progress),
    s3: async ({ way }, { progress }) => this.operations.wayToS3(way, progress),
    wipe: async ({ machines }, { progress }) => this.operations.wipe(machines, progress),
    replace: async ({ machines, disk }, { progress }) => this.operations.replace(machines, disk, progress),
  };

  private get lab(): LabControl {
    return this.current.lab;
  }

  private get operations(): MachineOperations {
    return this.current.operations;
  }

  private get current(): NonNullable<LabKeeper["kept"]> {
    if (this.phase === "going down") throw new UsageError("the lab is going down");
    if (this.kept !== undefined) return this.kept;
    throw new UsageError(`the lab is ${this.phase}: there is nothing yet to do this with`, {
      remedy: "npm run lab -- status shows how far it is",
    });
  }

  /** Returns when the cluster was verified, whatever came out. */
  private async up(request: RequestFor<"up">, asker: Asker): Promise<LabStatus> {
    if (this.phase !== "starting")
      throw new UsageError(`the lab is ${this.phase} already`, { remedy: "npm run lab -- status shows it" });
    this.phase = "coming up";
    this.source = request.source;
    // Nobody would know of a lab whose command has gone away before it was there.
    const giveUp = (): void => void this.down().catch((error: unknown) => this.log(String(error)));
    asker.gone.addEventListener("abort", giveUp, { once: true });
    const say = (line: string): void => {
      this.log(line);
      asker.progress(line);
    };
    try {
      return await Promise.race([this.bringUp(request, say), this.takenDown()]);
    } finally {
      if (!request.foreground) asker.gone.removeEventListener("abort", giveUp);
    }
  }

  private async bringUp(
    { definition, release }: RequestFor<"up">,
    say: (line: string) => void,
  ): Promise<LabStatus> {
    const { signal } = this.unwanted;
    try {
      const create = async (): Promise<LabControl> =>
        (this.creating = this.provider.create({ definition, release, onProgress: say, signal }));
      const lab = await timed("the AWS API, the network and the services around the machines", say, create);
      this.refuseWhenGoingDown();
      this.kept = { lab, operations: new MachineOperations(lab) };
      refuseFailed(await timed("cdktf deploy", say, () => lab.deploy()), this.log);
      const verified = await timed("etcd healthy", say, () => verification(lab, HEALTHY_TIMEOUT));
      this.refuseWhenGoingDown();
      this.phase = "up";
      return await this.status(verified);
    } catch (error) {
      this.refuseWhenGoingDown();
      if (this.kept === undefined) {
        // The answer goes out first.
        setImmediate(() => void this.down());
        throw error;
      }
      this.phase = "up";
      throw new ExternalError(error instanceof Error ? error.message : String(error), {
        remedy: LOOK,
        cause: error,
      });
    }
  }

  private refuseWhenGoingDown(): void {
    if (this.goingDown !== undefined) throw new ExternalError(TAKEN_DOWN);
  }

  /** What cannot be interrupted does not end before the process does. */
  private async takenDown(): Promise<never> {
    await this.ended();
    throw new ExternalError(TAKEN_DOWN);
  }

  private async status(known?: VerificationSummary): Promise<LabStatus> {
    const { phase, source, startedAt } = this;
    const kept = phase === "going down" ? undefined : this.kept;
    const [machines, refused, verified] = await Promise.all([
      Promise.all(
        (kept?.operations.machines ?? []).map((machine) =>
          machineStatus(machine, kept?.operations.faultsOf(machine.name) ?? []),
        ),
      ),
      kept === undefined || kept.lab.machines.length === 0 ? [] : kept.lab.network.refused(),
      kept !== undefined && phase === "up" ? (known ?? verification(kept.lab, "0s")) : null,
    ]);
    const faults = kept?.operations.commonFaults ?? [];
    return {
      phase,
      source,
      startedAt: startedAt.toISOString(),
      machines,
      faults,
      refused: refused.map(({ message }) => message),
      verification: verified,
    };
  }

  private async showConsole(machine: MachineControl, follow: boolean, asker: Asker): Promise<null> {
    let shown = 0;
    for (;;) {
      const text = machine.console;
      if (text.length > shown) asker.output(text.slice(shown));
      shown = text.length;
      if (!follow || asker.gone.aborted || this.phase === "going down") return null;
      await sleep(FOLLOW_MS);
    }
  }

  private async takeDown(): Promise<string[]> {
    this.phase = "going down";
    this.unwanted.abort();
    const lab = this.kept?.lab ?? (await Promise.race([this.unfinished(), sleep(CREATE_GRACE_MS)]));
    if (lab === undefined) return [];
    const machines = (this.kept?.operations.machines ?? [])
      .filter(({ isOn }) => isOn)
      .map(({ name, instanceId, address }) => `${name} (${instanceId}, ${address})`);
    const disposal = lab.dispose().then(() => true);
    const isOver = await Promise.race([disposal, sleep(DISPOSE_TIMEOUT_MS, false, { ref: false })]);
    if (!isOver) {
      throw new ExternalError(`not all of the lab has ended within ${DISPOSE_TIMEOUT_MS / 1000} s`, {
        remedy: "its process ends now, and the kernel ends what that started",
      });
    }
    return [...machines, "the AWS API, the network and the services around the machines"];
  }

  /** The lab that is being made, if it comes to be one. */
  private async unfinished(): Promise<LabControl | undefined> {
    return this.creating?.catch(() => undefined);
  }
}

function refuseFailed({ code, output }: Ending, log: (line: string) => void): void {
  log(output);
  if (code === 0) return;
  const words = output.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
  throw new ExternalError(`cdktf deploy ended with ${String(code)}:\n${words}`);
}

async function timed<T>(what: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  say(`${what}: …`);
  const result = await work();
  say(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}
