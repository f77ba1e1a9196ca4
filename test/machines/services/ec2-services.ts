import type { AwsInstance } from "../../aws/support/aws-state";
import type { Emulator } from "../../aws/support/emulator";
import type { NetworkNamespace } from "../../aws/support/network-namespace";
import { runProgram } from "../../../lib/local/run-program";
import { instanceIdentity, instanceMetadata, type Ec2State } from "./instance-metadata";
import { METADATA_ADDRESS, type MetadataInstance } from "./metadata-service";
import { ProgramSession } from "./program-session";
import type { ServedRequest } from "./request-log";
import { profileOf, roleMetadata, trustsEc2 } from "./role-metadata";
import { RoleSessions } from "./role-sessions";
import { s3AddressIn } from "./s3-address";
import { s3Certificate } from "./s3-certificate";
import type { WayToS3 } from "./s3-endpoint";

export type { Ec2State } from "./instance-metadata";
export type { ServedRequest } from "./request-log";
export type { WayToS3 } from "./s3-endpoint";

/** How often credentials that end soon are looked for. */
const RENEWAL_MS = 60_000;

export interface Ec2ServicesOptions {
  /** @default - the first address of S3's prefix list in the emulator */
  readonly s3Address?: string;
}

/** What an instance is told otherwise than the emulator has it. */
export interface InstanceOverrides {
  /** Of the instance that took its place. */
  readonly instanceId?: string;
  readonly userData?: string;
  /** `null`: it has no role. */
  readonly profileArn?: string | null;
}

interface Replacement {
  /** The emulator's instance that was there. */
  readonly instanceId: string | undefined;
  readonly overrides: InstanceOverrides;
}

/**
 * What a machine finds on EC2 besides its network: the metadata service and S3. Both are in the emulator's namespace, with their
 * addresses on its loopback, and answer from what the emulator holds.
 */
export class Ec2Services {
  private state: Ec2State | undefined;
  private readonly replacements = new Map<string, Replacement>();
  private readonly sessions: RoleSessions;
  private readonly renewal: NodeJS.Timeout;
  private telling: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly program: ProgramSession,
    emulator: Emulator,
    readonly s3Address: string,
    /** Of the CA that machines have to trust. */
    readonly caPem: string,
  ) {
    this.sessions = new RoleSessions((role, session) => emulator.roleCredentials(role, session));
    this.renewal = setInterval(() => {
      this.renew().catch((error: unknown) => process.emitWarning(`no new credentials: ${String(error)}`));
    }, RENEWAL_MS).unref();
  }

  /** They end with the namespace, or with this process. */
  static async start(
    namespace: NetworkNamespace,
    emulator: Emulator,
    options: Ec2ServicesOptions = {},
  ): Promise<Ec2Services> {
    const address = options.s3Address ?? (await s3AddressIn(emulator));
    await putOnLoopback(namespace, [METADATA_ADDRESS, address]);
    const { caPem, certPem, keyPem } = await s3Certificate(emulator.region);
    const program = ProgramSession.start(namespace);
    const emulatorPort = Number(new URL(emulator.endpoint).port);
    try {
      await program.ask({ kind: "start", s3: { address, certPem, keyPem, emulatorPort } });
    } catch (error) {
      await program.end();
      throw error;
    }
    return new Ec2Services(program, emulator, address, caPem);
  }

  /** Answers from this state from now on; only to instances that run. */
  async update(state: Ec2State): Promise<void> {
    this.state = state;
    await this.tell();
  }

  /**
   * Tells the instance at an address something else than the emulator has, until the emulator has another instance there.
   * @param overrides undefined: what the emulator has
   */
  async setInstance(address: string, overrides: InstanceOverrides | undefined): Promise<void> {
    const instanceId = this.state?.instances.find(({ privateIp }) => privateIp === address)?.id;
    if (overrides === undefined) this.replacements.delete(address);
    else this.replacements.set(address, { instanceId, overrides });
    await this.tell();
  }

  async wayToS3(way: WayToS3): Promise<void> {
    await this.program.ask({ kind: "way to S3", way });
  }

  /** The last ones, oldest first. */
  async requests(): Promise<readonly ServedRequest[]> {
    return (await this.program.ask({ kind: "requests" })).requests ?? [];
  }

  /** Of all credentials that instances were given, for those who look for them where they must not be. */
  get secrets(): readonly string[] {
    return this.sessions.secrets;
  }

  async stop(): Promise<void> {
    clearInterval(this.renewal);
    await this.telling;
    await this.program.end();
  }

  /** What was asked for last is what holds in the end. */
  private tell(): Promise<void> {
    const told = this.telling.then(async () => {
      const { state } = this;
      if (state === undefined) return;
      const running = state.instances.filter((instance) => instance.state === "running");
      const instances = await Promise.all(running.map((instance) => this.describe(instance, state)));
      await this.program.ask({ kind: "know", instances: instances.filter((one) => one !== undefined) });
    });
    this.telling = told.catch(() => undefined);
    return told;
  }

  private async renew(): Promise<void> {
    if (this.program.hasEnded) clearInterval(this.renewal);
    else if (this.sessions.someEndSoon) await this.tell();
  }

  private async describe(emulated: AwsInstance, state: Ec2State): Promise<MetadataInstance | undefined> {
    const { privateIp: address } = emulated;
    if (address === null) return undefined;
    const instance = this.withOverrides(emulated, address);
    const profile = profileOf(instance, state);
    const iam = profile === undefined ? {} : { iam: await this.roleOf(instance, profile) };
    return {
      address,
      id: instance.id,
      isEnabled: instance.metadataOptions.endpoint === "enabled",
      metadata: { ...instanceMetadata(instance, state), ...iam },
      dynamic: { "instance-identity": { document: instanceIdentity(instance) } },
      userDataBase64: instance.userDataBase64,
    };
  }

  private async roleOf(instance: AwsInstance, profile: NonNullable<ReturnType<typeof profileOf>>) {
    const { role } = profile;
    const isTrusting = role !== undefined && trustsEc2(role, instance.availabilityZone.slice(0, -1));
    return roleMetadata(profile, isTrusting ? await this.sessions.of(role.name, instance.id) : undefined);
  }

  private withOverrides(instance: AwsInstance, address: string): AwsInstance {
    const replacement = this.replacements.get(address);
    if (replacement === undefined) return instance;
    if (replacement.instanceId !== undefined && replacement.instanceId !== instance.id) {
      this.replacements.delete(address);
      return instance;
    }
    const { instanceId = instance.id, userData, profileArn = instance.profileArn } = replacement.overrides;
    const userDataBase64 =
      userData === undefined ? instance.userDataBase64 : Buffer.from(userData).toString("base64");
    return { ...instance, id: instanceId, userDataBase64, profileArn };
  }
}

async function putOnLoopback(namespace: NetworkNamespace, addresses: readonly string[]): Promise<void> {
  const commands = addresses.map((address) => `ip addr replace ${address}/32 dev lo`).join("\n");
  const [file, ...args] = namespace.command(["/bin/sh", "-euc", commands], "/");
  const { failure } = await runProgram(file, args);
  if (failure !== undefined) throw new Error(`${addresses.join(", ")} on loopback: ${failure}`);
}
