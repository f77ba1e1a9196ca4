import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { TIMEOUT_VARIABLE } from "../../../lib/cli/deploy-variables";
import type { AwsCluster } from "../../../lib/cluster/cluster";
import { defineCluster } from "../../../lib/cluster/define";
import type { ClusterDefinition } from "../../../lib/cluster/definition";
import { OPERATOR, pkiLayout } from "../../../lib/cluster/pki-layout";
import type { VerificationJson } from "../../../lib/verification/printers/json";
import { AwsProject, DEPLOY_OPTIONS } from "../../aws/support/aws-project";
import type { AwsInstance, AwsState } from "../../aws/support/aws-state";
import { releaseMirror, type ReleaseMirror } from "../../aws/support/release-mirror";
import type { CliResult } from "../../support/cli";
import { etcdBinaries, type TestEtcd } from "../../support/etcd";
import { DataVolume } from "../hypervisor/data-volume";
import { Machine } from "../hypervisor/machine";
import { World } from "../hypervisor/world";
import { rootFileSystem } from "../image/root-file-system";
import { trustCa } from "../image/trust-ca";
import type { RefusalReason } from "../network/refusal-reasons";
import { VpcNetwork } from "../network/vpc-network";
import { Ec2Services, type WayToS3 } from "../services/ec2-services";
import { bootProblems } from "./boot-check";
import { HealthWatch, type TlsFiles } from "./health-watch";
import { labDefinition, REGION } from "./lab-definition";

/** How often the emulator is asked whether something changed while a deploy runs. */
const FOLLOW_MS = 500;

/** What of AWS is a machine's affair: any change in these answers makes the lab look at everything. */
const FOLLOWED = [
  ["ec2", "describe_instances"],
  ["ec2", "describe_volumes"],
  ["ec2", "describe_security_group_rules"],
  ["ec2", "describe_route_tables"],
  ["ec2", "describe_vpc_endpoints"],
  ["route53", "list_hosted_zones"],
] as const;

/** Why packets are refused in a network that is not as the cluster needs it. */
const WRONG = new Set<RefusalReason>(["no-route", "refused-egress", "refused-ingress"]);

const PEER_PORT = 2380;

/** For the check at the end of a deploy: far above a first boot, and short enough to be told of a broken one in time. */
const PATIENCE = { [TIMEOUT_VARIABLE]: "2m" } as const;

export interface LabOptions {
  /** Of which release, image and instance type become what there is here. @default - three members */
  readonly definition?: Partial<ClusterDefinition>;
  /** Whose release the members get. @default - the newest that Debian has */
  readonly etcd?: TestEtcd;
  /** Told what happens, line by line. */
  readonly onProgress?: (line: string) => void;
}

export interface Verification {
  readonly code: number | null;
  readonly report: VerificationJson;
  /** Reasons of the checks that failed, each with the member it is about. */
  readonly failures: readonly {
    readonly member: string | null;
    readonly check: string;
    readonly reason: string;
  }[];
}

/**
 * An AWS in which instances are machines: what `cdktf deploy` makes in the emulator boots here, with the user data, addresses,
 * disks, roles and packet rules that are there.
 */
export class Lab {
  private readonly machinesByName = new Map<string, Machine>();
  /** The emulator's instance that a machine is, which another one of the lab's own may have taken the place of. */
  private readonly emulated = new Map<string, string>();
  private readonly volumes = new Map<string, DataVolume>();
  private readonly told = new Set<string>();
  private readonly repairs = new Set<() => Promise<void>>();
  private syncing: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly project: AwsProject,
    readonly cluster: AwsCluster,
    readonly mirror: ReleaseMirror,
    readonly world: World,
    readonly network: VpcNetwork,
    readonly services: Ec2Services,
    private readonly image: string,
    private readonly onProgress: (line: string) => void,
  ) {}

  /** Everything but machines. To be disposed of by the caller, also when a test fails. */
  static async create(options: LabOptions = {}): Promise<Lab> {
    const image = await rootFileSystem();
    const region = options.definition?.aws?.region ?? REGION;
    const project = await AwsProject.create({ definition: "", region });
    let mirror: ReleaseMirror | undefined;
    let world: World | undefined;
    try {
      mirror = await releaseMirror(project.namespace, options.etcd ?? (await etcdBinaries()).at(-1));
      const definition = labDefinition(mirror, options.definition);
      const cluster = defineCluster({ ...definition, target: "aws" });
      await project.write("cluster.yaml", stringify(definition));
      world = await World.create(project.namespace);
      const network = await VpcNetwork.create(project.namespace);
      const services = await Ec2Services.start(project.namespace, project.emulator);
      const progress = options.onProgress ?? (() => undefined);
      return new Lab(project, cluster, mirror, world, network, services, image, progress);
    } catch (error) {
      await project.dispose();
      await world?.sweep();
      await mirror?.remove();
      throw error;
    }
  }

  get machines(): readonly Machine[] {
    return [...this.machinesByName.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  }

  /** By the name of its member. */
  machine(name: string): Machine {
    const machine = this.machinesByName.get(name);
    if (machine !== undefined) return machine;
    throw new Error(`no machine ${name}; there are ${[...this.machinesByName.keys()].join(", ")}`);
  }

  get endpoints(): string[] {
    return this.machines.map(({ name }) => this.endpoint(name));
  }

  endpoint(name: string): string {
    return `https://${this.machine(name).address}:2379`;
  }

  /** The operator's. */
  get tls(): TlsFiles {
    const { clientCa, client } = pkiLayout(this.cluster.name);
    const { certFile, keyFile } = client(OPERATOR);
    const path = (file: string): string => join(this.project.folder, file);
    return { caFile: path(clientCa.certFile), certFile: path(certFile), keyFile: path(keyFile) };
  }

  /**
   * `cdktf deploy`, and its check at the end. Machines start as soon as their instances are there. When it fails, its output ends with
   * what is wrong in the lab.
   */
  async deploy(env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
    const pki = await this.project.run(["pki", "init"]);
    if (pki.code !== 0) throw new Error(pki.output);
    const deploy = this.project.cdktf(["deploy", ...DEPLOY_OPTIONS], { ...PATIENCE, ...env });
    const result = await this.following(deploy);
    if (result.code === 0) return result;
    return { ...result, output: [result.output, ...(await this.problems())].join("\n") };
  }

  /** Lets the machines follow what a program changes in AWS, until it ends. */
  async following<Result>(program: Promise<Result>): Promise<Result> {
    const ended = program.then(
      () => true,
      () => true,
    );
    let seen = "";
    for (let isOver = false; !isOver;) {
      isOver = await Promise.race([ended, sleep(FOLLOW_MS, false)]);
      const now = await this.fingerprint();
      if (now !== seen || isOver) await this.sync();
      seen = now;
    }
    return program;
  }

  /** Makes machines, disks and network what the emulator holds now. */
  sync(): Promise<void> {
    const done = this.syncing.then(() => this.becomeLike());
    this.syncing = done.catch(() => undefined);
    return done;
  }

  /** What `cdktf-etcd verify` says, asked from the operator's place. */
  async verify(...args: readonly string[]): Promise<Verification> {
    const command = ["verify", "--target", "aws", "--output", "json", ...args];
    const { code, stdout, output } = await this.project.run(command);
    let report: VerificationJson;
    try {
      report = JSON.parse(stdout) as VerificationJson;
    } catch {
      throw new Error(`cdktf-etcd verify printed no report:\n${output}`);
    }
    const failures = report.checks.flatMap(({ id, results }) =>
      results.flatMap(({ outcome, member, reason }) =>
        outcome === "failed" ? [{ member, check: id, reason }] : [],
      ),
    );
    return { code, report, failures };
  }

  /**
   * Packets that routes or security groups did not let through, in words; only what was not told before. What a machine that is off,
   * or a partition on purpose, did not get is not among them, nor that `verify` found the ports for peers closed to the operator.
   */
  async newRefusals(): Promise<string[]> {
    const { operatorAddress } = this.network.plan;
    const refusals = (await this.network.refused()).filter(
      ({ reason, source, port }) => WRONG.has(reason) && !(source === operatorAddress && port === PEER_PORT),
    );
    const messages = refusals.map(({ message }) => message).filter((message) => !this.told.has(message));
    for (const message of messages) this.told.add(message);
    return messages;
  }

  watchHealth(): HealthWatch {
    return HealthWatch.start(this.project.namespace, { endpoints: this.endpoints, tls: this.tls });
  }

  wayToS3(state: WayToS3): Promise<void> {
    return this.services.wayToS3(state);
  }

  pullCable(name: string): Promise<void> {
    return this.network.pullCable(name);
  }

  plugCable(name: string): Promise<void> {
    return this.network.plugCable(name);
  }

  /** No packet passes between a machine and the others any more; its clients still reach it. */
  async cutOff(name: string, others = this.othersThan(name)): Promise<void> {
    for (const other of others) await this.network.cutOff(name, other);
  }

  /** Ends all partitions. */
  mend(): Promise<void> {
    return this.network.mend();
  }

  /** What {@link makeWhole} does as well, until it was done once. Gives it back, to be done before. */
  toRepair(repair: () => Promise<void>): () => Promise<void> {
    const once = async (): Promise<void> => {
      if (this.repairs.delete(once)) await repair();
    };
    this.repairs.add(once);
    return once;
  }

  /** Ends every fault that this lab can make: all machines are on, with their volumes, and reach each other and S3. */
  async makeWhole(): Promise<void> {
    await this.wayToS3("open");
    await this.mend();
    for (const repair of this.repairs) await repair();
    await Promise.all(
      this.machines.map(async (machine) => {
        await this.plugCable(machine.name);
        if (machine.isOn) await machine.thaw();
        await machine.attach(this.volumeOf(machine.name));
        await machine.powerOn();
      }),
    );
  }

  /** What is wrong on machines, and packets that were refused; in words. */
  async problems(): Promise<string[]> {
    const ofMachines = this.machines.map((machine) =>
      bootProblems(machine).catch((error: unknown) => [`${machine.name}: ${String(error)}`]),
    );
    return [...(await Promise.all(ofMachines)).flat(), ...(await this.newRefusals())];
  }

  /** Another instance takes a machine's place: with its address, and its data volume or a new one. */
  async replace(name: string, options: { disk: "kept" | "empty"; userData?: string }): Promise<void> {
    const machine = this.machine(name);
    await machine.cutPower();
    const instanceId = `i-0${randomBytes(8).toString("hex")}`;
    await this.services.setInstance(machine.address, {
      instanceId,
      ...(options.userData === undefined ? {} : { userData: options.userData }),
    });
    await machine.becomeInstance(instanceId);
    if (options.disk === "empty") await this.volumeOf(name).wipe();
    await machine.powerOn();
  }

  volumeOf(name: string): DataVolume {
    const volume = this.volumes.get(name);
    if (volume === undefined) throw new Error(`no volume is attached to ${name}`);
    return volume;
  }

  async dispose(): Promise<void> {
    await this.syncing;
    await this.project.dispose();
    await this.world.sweep();
    await this.mirror.remove();
  }

  private othersThan(name: string): string[] {
    return [...this.machinesByName.keys()].filter((other) => other !== name);
  }

  private async fingerprint(): Promise<string> {
    const answers = await Promise.all(
      FOLLOWED.map(([service, operation]) => this.project.emulator.call({ service, operation })),
    );
    return JSON.stringify(answers, (key, value: unknown) => (key === "ResponseMetadata" ? undefined : value));
  }

  private async becomeLike(): Promise<void> {
    const state = await this.project.readBack();
    await this.network.update(state);
    await this.services.update(state);
    const running = state.instances.filter((instance) => instance.state === "running");
    const names = running.map(memberOf);
    const gone = this.machines.filter(({ name }) => !names.includes(name) && this.machine(name).isOn);
    await Promise.all(gone.map((machine) => this.stop(machine)));
    await Promise.all(running.map((instance) => this.run(instance, state)));
  }

  private async stop(machine: Machine): Promise<void> {
    await machine.powerOff();
    this.onProgress(`${machine.name}: ${machine.instanceId} is off`);
  }

  private async run(instance: AwsInstance, state: AwsState): Promise<void> {
    const name = memberOf(instance);
    const machine = this.machinesByName.get(name) ?? this.newMachine(instance);
    if (this.emulated.get(name) !== instance.id) {
      await machine.powerOff();
      await machine.becomeInstance(instance.id);
      await machine.detach();
      this.volumes.delete(name);
      this.emulated.set(name, instance.id);
      await machine.powerOn();
      this.onProgress(`${name}: ${instance.id} is on, with the address ${machine.address}`);
    }
    const attached = state.volumes.find(({ attachments }) =>
      attachments.some(({ instanceId, device }) => instanceId === instance.id && device === "/dev/sdf"),
    );
    if (attached === undefined || this.volumes.has(name)) return;
    const volume = new DataVolume(this.world, attached.id, attached.sizeGiB);
    await machine.attach(volume);
    this.volumes.set(name, volume);
    this.onProgress(`${name}: ${attached.id} is attached`);
  }

  private newMachine(instance: AwsInstance): Machine {
    const name = memberOf(instance);
    const machine = new Machine(
      {
        world: this.world,
        name,
        address: instance.privateIp ?? "",
        rootFileSystem: this.image,
        prepareRoot: (folder) => trustCa(folder, this.services.caPem),
        plugIn: () => this.network.plugIn(name),
      },
      instance.id,
    );
    this.machinesByName.set(name, machine);
    return machine;
  }
}

function memberOf({ id, tags }: AwsInstance): string {
  const member = tags["etcd-member"];
  if (member === undefined) throw new Error(`${id} has no tag etcd-member`);
  return member;
}
