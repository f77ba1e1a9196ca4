import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { runProgram } from "../../../../lib/local/run-program";
import { firstLine } from "../../../aws/support/background-program";
import type { AwsState } from "../../../aws/support/aws-state";
import { NetworkNamespace } from "../../../aws/support/network-namespace";
import { shell } from "../../../aws/support/namespace-shell";
import { VpcNetwork } from "../vpc-network";
import type { PlanOptions } from "../vpc-plan";
import { deployedState, MEMBERS } from "./deployed-state";

const PROBE = join(__dirname, "probe.py");

/** Long enough for whoever lets a connection through; a packet that is dropped stays dropped. */
const OPEN_SECONDS = 20;
const SILENCE_SECONDS = 1;

/** A network whose machines are no more than network namespaces; the operator is the router's own namespace. */
export class NetworkWithMachines {
  private constructor(
    readonly namespace: NetworkNamespace,
    readonly network: VpcNetwork,
  ) {}

  /** With all machines on, and gone at the end of the test that calls this. */
  static async start(
    state: AwsState = deployedState(),
    options: PlanOptions = {},
  ): Promise<NetworkWithMachines> {
    const namespace = await NetworkNamespace.create();
    onTestFinished(() => namespace.remove());
    const network = await VpcNetwork.create(namespace, options);
    await network.update(state);
    const created = new NetworkWithMachines(namespace, network);
    for (const machine of MEMBERS) await created.powerOn(machine);
    return created;
  }

  /** With the address that DHCP would give it. */
  async powerOn(machine: string): Promise<void> {
    await shell(this.namespace, 'ip netns add "$1"; ip -n "$1" link set lo up', machine);
    await this.network.plugIn(machine);
    await this.configure(machine);
  }

  async configure(machine: string): Promise<void> {
    const found = this.network.plan.interfaces.find((one) => one.machine === machine);
    const { address = "", subnet } = found ?? {};
    const configure = `
      ip -n "$1" address replace "$2/24" dev ens5
      ip -n "$1" link set ens5 up
      ip -n "$1" route replace default via "$3"`;
    await shell(this.namespace, configure, machine, address, subnet?.gateway ?? "");
  }

  async powerOff(machine: string): Promise<void> {
    await shell(this.namespace, 'ip netns delete "$1"', machine);
  }

  /** What to start so that it runs on a machine; without one, at the operator's. */
  command(machine: string | null, words: readonly string[]): [string, ...string[]] {
    const enter = machine === null ? [] : ["ip", "netns", "exec", machine];
    return this.namespace.command([...enter, ...words], "/");
  }

  async output(machine: string | null, words: readonly string[]): Promise<string> {
    const [file, ...args] = this.command(machine, words);
    const { failure, stdout, stderr } = await runProgram(file, args, { timeoutMs: 60_000 });
    if (failure !== undefined) throw new Error(`${words.join(" ")}: ${failure}\n${stderr}`);
    return stdout;
  }

  probe(machine: string | null, ...args: readonly string[]): Promise<string> {
    return this.output(machine, ["python3", PROBE, ...args]);
  }

  /** Somebody on a machine, who sends back what he is sent. */
  async listen(machine: string | null, port: number, address = "0.0.0.0"): Promise<void> {
    await firstLine(this.background(machine, "listen", address, String(port)));
  }

  /** Somebody on a machine, who goes on and on talking to whoever connects first. */
  async tick(machine: string | null, port: number): Promise<void> {
    await firstLine(this.background(machine, "tick", "0.0.0.0", String(port)));
  }

  /** `open` when somebody accepts, `silence` when packets are dropped, or the error. */
  dial(machine: string | null, address: string, port: number): Promise<string> {
    return this.probe(machine, "dial", address, String(port), String(OPEN_SECONDS));
  }

  /** The same for whom one expects to hear nothing. */
  dialInVain(machine: string | null, address: string, port: number): Promise<string> {
    return this.probe(machine, "dial", address, String(port), String(SILENCE_SECONDS));
  }

  /** An open connection. */
  async talk(machine: string | null, address: string, port: number): Promise<Talk> {
    const child = this.background(machine, "talk", address, String(port));
    await firstLine(child);
    return new Talk(child);
  }

  /** All that was not let through, in words. */
  async refusals(): Promise<string[]> {
    return (await this.network.refused()).map(({ message }) => message);
  }

  private background(machine: string | null, ...args: readonly string[]): ChildProcess {
    const [file, ...words] = this.command(machine, ["python3", PROBE, ...args]);
    return spawn(file, words, { stdio: ["pipe", "pipe", "pipe"] });
  }
}

export class Talk {
  readonly heard: string[] = [];

  constructor(private readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on("line", (line) => this.heard.push(line));
  }

  say(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }
}
