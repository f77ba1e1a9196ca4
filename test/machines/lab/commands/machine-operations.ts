import { ExternalError, UsageError } from "../../../../lib/errors";
import { Faults } from "./faults";
import type { LabControl, MachineControl, WayToS3 } from "./lab-control";
import { pickName, pickNames } from "./machine-names";

type Say = (line: string) => void;
type Operation = (machine: MachineControl, say: Say) => Promise<void>;

/** What can be done to the machines of a lab; one command at a time, so that none finds a machine half-way. */
export class MachineOperations {
  private readonly faults = new Faults();
  private way: WayToS3 = "open";
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly lab: LabControl) {}

  /** In the order of their names, whichever came first. */
  get machines(): MachineControl[] {
    const order = new Intl.Collator("en", { numeric: true });
    return this.lab.machines.toSorted((a, b) => order.compare(a.name, b.name));
  }

  /** @throws {UsageError} that lists the names */
  machine(wanted: string): MachineControl {
    const name = pickName(wanted, this.names);
    return this.machines.find((machine) => machine.name === name)!;
  }

  /** What to start instead of a program, so that it runs in the machine. */
  async execCommand(wanted: string, words: readonly string[]): Promise<readonly string[]> {
    const machine = this.machine(wanted);
    this.refuseOff(machine);
    return machine.execCommand(words);
  }

  faultsOf(name: string): readonly string[] {
    return this.faults.of(name);
  }

  /** What is wrong with no machine in particular. */
  get commonFaults(): readonly string[] {
    return this.way === "open" ? [] : [`the way to S3 is ${this.way}`];
  }

  powerOff(wanted: readonly string[], say: Say): Promise<null> {
    return this.each(wanted, say, async (machine) => {
      const { name } = machine;
      if (!machine.isOn) {
        say(`${name} is off already`);
        return;
      }
      if (this.faults.frozen.has(name)) {
        throw new UsageError(`${name} is frozen, so it cannot shut down`, {
          remedy: `npm run lab -- freeze --thaw ${name} first, or npm run lab -- power-off ${name} --cut`,
        });
      }
      await machine.powerOff();
      say(`${name} has shut down`);
    });
  }

  cutPower(wanted: readonly string[], say: Say): Promise<null> {
    return this.each(wanted, say, async (machine) => {
      if (!machine.isOn) {
        say(`${machine.name} is off already`);
        return;
      }
      await this.pullPlug(machine);
      say(`${machine.name} has no power`);
    });
  }

  powerOn(wanted: readonly string[], say: Say): Promise<null> {
    return this.each(wanted, say, async (machine) => {
      if (machine.isOn) {
        say(`${machine.name} is on already`);
        return;
      }
      await machine.powerOn();
      say(`${machine.name} is on: its systemd runs, etcd follows`);
    });
  }

  freeze(wanted: readonly string[], say: Say): Promise<null> {
    return this.each(wanted, say, async (machine) => {
      const { name } = machine;
      this.refuseOff(machine);
      await machine.freeze();
      this.faults.frozen.add(name);
      say(`${name} is frozen; npm run lab -- freeze --thaw ${name} lets it go on`);
    });
  }

  thaw(wanted: readonly string[], say: Say): Promise<null> {
    return this.each(wanted, say, async (machine) => {
      this.refuseOff(machine);
      await machine.thaw();
      this.faults.frozen.delete(machine.name);
      say(`${machine.name} goes on`);
    });
  }

  pullCable(wanted: readonly string[], say: Say): Promise<null> {
    return this.each(wanted, say, async (machine) => {
      const { name } = machine;
      await this.lab.pullCable(name);
      this.faults.unplugged.add(name);
      say(`${name} has no network; npm run lab -- cut --mend plugs its cable in again`);
    });
  }

  cutOff(wanted: string, wantedOthers: readonly string[], say: Say): Promise<null> {
    return this.change(say, async () => {
      const name = pickName(wanted, this.names);
      const others =
        wantedOthers.length === 0
          ? this.names.filter((other) => other !== name)
          : pickNames(wantedOthers, this.names);
      if (others.includes(name) || others.length === 0)
        throw new UsageError(`${name} cannot be cut off from ${others.length === 0 ? "nobody" : "itself"}`);
      await this.lab.cutOff(name, others);
      this.faults.cutOff(name, others);
      say(`no packet passes between ${name} and ${others.join(", ")}; npm run lab -- cut --mend ends that`);
    });
  }

  /** Ends partitions and plugs in cables. */
  mend(say: Say): Promise<null> {
    return this.change(say, async () => {
      await this.lab.mend();
      this.faults.mend();
      for (const name of this.faults.unplugged) {
        await this.lab.plugCable(name);
        this.faults.unplugged.delete(name);
      }
      say("every machine reaches every other one again");
    });
  }

  wayToS3(way: WayToS3, say: Say): Promise<null> {
    return this.change(say, async () => {
      await this.lab.wayToS3(way);
      this.way = way;
      say(`the way to S3 is ${way}`);
    });
  }

  /** Takes the power first: nobody can change the disk of a machine that runs. */
  wipe(wanted: readonly string[], say: Say): Promise<null> {
    return this.each(wanted, say, async (machine) => {
      const { name } = machine;
      await this.pullPlug(machine);
      await this.lab.volumeOf(name).wipe();
      say(`${name} is off, and its data volume is blank`);
      say(`  npm run lab -- power-on ${name}    starts it with that`);
      say(`  npm run lab -- replace ${name}     starts another instance with it`);
    });
  }

  replace(wanted: readonly string[], disk: "kept" | "empty", say: Say): Promise<null> {
    return this.each(wanted, say, async (machine) => {
      const before = machine.instanceId;
      await this.pullPlug(machine);
      await this.lab.replace(machine.name, { disk });
      const volume = disk === "kept" ? "the data volume it had" : "an empty data volume";
      say(`${machine.name} is now ${machine.instanceId} instead of ${before}, with ${volume}`);
    });
  }

  private get names(): string[] {
    return this.machines.map(({ name }) => name);
  }

  private async pullPlug(machine: MachineControl): Promise<void> {
    // What is frozen is the machine's control group; its next start must not find it so.
    if (this.faults.frozen.delete(machine.name)) await machine.thaw();
    await machine.cutPower();
  }

  private refuseOff({ name, isOn }: MachineControl): void {
    if (!isOn) throw new UsageError(`${name} is off`, { remedy: `npm run lab -- power-on ${name} first` });
  }

  /** All at once, as when their power goes; a failure of one does not stop the others. */
  private each(wanted: readonly string[], say: Say, operation: Operation): Promise<null> {
    return this.change(say, async () => {
      const machines = pickNames(wanted, this.names).map((name) => this.machine(name));
      const outcomes = await Promise.allSettled(machines.map((machine) => operation(machine, say)));
      const [first, ...others]: unknown[] = outcomes.flatMap((outcome) =>
        outcome.status === "rejected" ? [outcome.reason] : [],
      );
      if (first === undefined) return;
      if (others.length === 0 && first instanceof Error) throw first;
      const all = [first, ...others].map((error) => (error instanceof Error ? error.message : String(error)));
      throw new ExternalError(all.join("\n"));
    });
  }

  private async change(say: Say, work: () => Promise<void>): Promise<null> {
    if (this.waiting > 0) say("waiting for another command to finish");
    this.waiting += 1;
    const turn = this.last.then(work).finally(() => (this.waiting -= 1));
    this.last = turn.catch(() => undefined);
    await turn;
    return null;
  }
}
