import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { chmod, copyFile, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { AwsCluster, AwsMember } from "../../../lib/cluster/cluster";
import type { ProgramResult } from "../../../lib/local/run-program";
import { renderMemberFiles } from "../../../lib/rendering";
import { fetchesKeys, JOIN_PROGRAM, SYNC_PROGRAM } from "../../../lib/rendering/machine-layout";
import type { TestEtcd } from "../../support/etcd";
import type { Ec2Surroundings } from "./ec2-surroundings";
import { ETCD_UID, type PrivateMachine } from "./private-machine";

/** What etcd logs when it tells systemd that it is ready, from 3.4 on. */
const READY = "serving client traffic";
const READY_MS = 60_000;
const RESTARTS_MS = 60_000;
const RESTART_PAUSE_MS = 1000;

/** How a start of the unit went. */
export interface Start {
  readonly isReady: boolean;
  /** Of etcd-join and etcd. */
  readonly log: string;
}

/** A member on a machine of its own, started as its unit says: etcd-join before etcd, etcd-sync when it is ready. */
export class JoiningMember {
  private etcd: ChildProcess | undefined;

  private constructor(
    readonly member: AwsMember,
    readonly machine: PrivateMachine,
    private readonly cluster: AwsCluster,
    private readonly env: Record<string, string>,
  ) {}

  static async create(
    surroundings: Ec2Surroundings,
    cluster: AwsCluster,
    member: AwsMember,
    binaries: TestEtcd,
  ): Promise<JoiningMember> {
    const machine = await surroundings.memberMachine(member);
    for (const name of ["etcd", "etcdctl"] as const) {
      await copyFile(binaries[name], machine.path(`/usr/local/bin/${name}`));
      await chmod(machine.path(`/usr/local/bin/${name}`), 0o755);
    }
    const joining = new JoiningMember(member, machine, cluster, surroundings.env);
    await joining.succeed(joining.sync());
    return joining;
  }

  get name(): string {
    return this.member.name;
  }

  /** One start, to the point where etcd is ready or one of the programs has ended. */
  async start(): Promise<Start> {
    let log = "";
    let ready: () => void;
    const isReady = new Promise<"ready">((resolve) => (ready = () => resolve("ready")));
    const commands = `
${this.join()}
set -a; . /run/etcd/join.env; set +a
echo $$ >/run/etcd.pid
exec setpriv --reuid=${ETCD_UID} --regid=${ETCD_UID} --clear-groups /usr/local/bin/etcd`;
    const child = await this.machine.start(commands, this.env, (text) => {
      log += text;
      if (log.includes(READY)) ready();
    });
    const ended = once(child, "close").then(() => "ended" as const);
    const late = AbortSignal.timeout(READY_MS);
    const timeOut = once(late, "abort").then(() => "late" as const);
    const outcome = await Promise.race([isReady, ended, timeOut]);
    if (outcome === "ended") return { isReady: false, log: log.slice(-4000) };
    this.etcd = child;
    if (outcome === "late")
      throw new Error(`${this.name} is not ready after ${READY_MS} ms:\n${log.slice(-2000)}`);
    await this.succeed(`touch /var/lib/etcd/bootstrapped; ${this.sync()}`);
    return { isReady: true, log };
  }

  /** Start after start, as systemd's Restart=always has it, until etcd is ready. Gives all their logs; none when it runs already. */
  async startUntilReady(): Promise<string> {
    const until = Date.now() + RESTARTS_MS;
    let log = "";
    if (this.etcd !== undefined) return log;
    for (;;) {
      const start = await this.start();
      log += start.log;
      if (start.isReady) return log;
      if (Date.now() > until) throw new Error(`${this.name} does not get ready:\n${log.slice(-4000)}`);
      await sleep(RESTART_PAUSE_MS);
    }
  }

  /** Only etcd-join. */
  runJoin(): Promise<ProgramResult> {
    return this.run(this.join());
  }

  async kill(signal: "KILL" | "STOP" | "CONT" = "KILL"): Promise<void> {
    const { etcd } = this;
    if (etcd === undefined) return;
    const gone = signal === "KILL" ? once(etcd, "close") : undefined;
    await this.succeed(`kill -${signal} "$(cat /run/etcd.pid)"`);
    // nsenter stops together with what it started, and has to be told separately to go on.
    if (signal === "CONT") etcd.kill("SIGCONT");
    await gone;
    if (signal === "KILL") this.etcd = undefined;
  }

  /** An empty data volume in the place of the old one. */
  async loseVolume(): Promise<void> {
    await this.kill();
    await this.succeed("rm -rf /var/lib/etcd /run/etcd; mkdir /var/lib/etcd");
  }

  /** Asks this member alone, unless the words say otherwise. */
  async etcdctl(...words: string[]): Promise<string> {
    const profile = renderMemberFiles(this.cluster, this.member).find(({ path }) =>
      path.endsWith("/etcdctl.sh"),
    );
    const quoted = words.map((word) => `'${word}'`).join(" ");
    return this.succeed(`${profile?.content ?? ""}\netcdctl ${quoted}`);
  }

  async run(commands: string): Promise<ProgramResult> {
    return this.machine.run(commands, this.env);
  }

  /** Runs what has to succeed, and gives what it printed. */
  async succeed(commands: string): Promise<string> {
    const { failure, stdout, stderr } = await this.run(commands);
    if (failure !== undefined) throw new Error(`${this.name}: ${commands}: ${failure}\n${stdout}\n${stderr}`);
    return stdout;
  }

  console(): Promise<string> {
    return readFile(this.machine.path("/console"), "utf8");
  }

  private join(): string {
    const clientUrls = this.cluster.members.map(({ clientUrl }) => clientUrl);
    return `${WITH_VARIABLES}\n${JOIN_PROGRAM} ${clientUrls.join(" ")}`;
  }

  private sync(): string {
    return `${WITH_VARIABLES}\n${SYNC_PROGRAM}${fetchesKeys(this.cluster) ? " keys" : ""}`;
  }
}

const WITH_VARIABLES = "set -a; . /etc/etcd/etcd.env; set +a";
