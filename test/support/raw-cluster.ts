/**
 * Real etcd members on loopback for tests, started from a bare command line: nothing of what this project renders or
 * deploys takes part, so what is under test is compared with etcd and not with ourselves.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { TestEtcd } from "./etcd";

const startDeadlineMs = 60_000;
const pollMs = 50;

export interface RawClusterOptions {
  readonly binaries: TestEtcd;
  /** @default 3 */
  readonly size?: number;
  /** More flags for every member, e.g. `--quota-backend-bytes=…`. */
  readonly flags?: readonly string[];
  /** Names are `<prefix>-1`, `<prefix>-2`…. @default "etcd" */
  readonly namePrefix?: string;
}

// A test that is killed from outside must not leave members behind either.
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export class RawMember {
  private child: ChildProcess | undefined;
  private log = "";

  constructor(
    readonly name: string,
    readonly endpoint: string,
    readonly peerUrl: string,
    private readonly binary: string,
    private readonly args: readonly string[],
  ) {}

  start(): void {
    const child = spawn(this.binary, this.args, { stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.log = (this.log + chunk.toString()).slice(-20_000)));
    }
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Ends the process and waits until it is gone, frozen or not. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.child;
    if (child === undefined || !this.isRunning) return;
    const gone = once(child, "exit");
    child.kill(signal);
    child.kill("SIGCONT");
    await gone;
  }

  async restart(): Promise<void> {
    await this.kill();
    this.start();
    await this.ready();
  }

  freeze(): void {
    this.child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.child?.kill("SIGCONT");
  }

  /** Waits until the member knows a leader and serves reads. */
  async ready(): Promise<void> {
    const until = Date.now() + startDeadlineMs;
    while (!(await this.saysHealthy())) {
      if (this.child?.exitCode !== null && this.child?.exitCode !== undefined) {
        throw new Error(`${this.name} exited with ${this.child.exitCode}:\n${this.log}`);
      }
      if (Date.now() > until)
        throw new Error(`${this.name} is not ready after ${startDeadlineMs} ms:\n${this.log}`);
      await sleep(pollMs);
    }
  }

  private async saysHealthy(): Promise<boolean> {
    try {
      const reply = await fetch(`${this.endpoint}/health`, { signal: AbortSignal.timeout(2000) });
      const { health, reason } = (await reply.json()) as { health: string; reason?: string };
      // 3.5 calls a member with an alarm unhealthy; it is up nevertheless.
      return health === "true" || reason?.startsWith("ALARM") === true;
    } catch {
      return false;
    }
  }
}

export class RawCluster {
  private constructor(
    readonly members: readonly RawMember[],
    private readonly binaries: TestEtcd,
    private readonly folder: string,
  ) {}

  /** Starts the members and waits until all of them are ready. Leaves nothing behind if they do not get there. */
  static async start(options: RawClusterOptions): Promise<RawCluster> {
    const { binaries, size = 3, flags = [], namePrefix = "etcd" } = options;
    const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-test-"));
    const ports = await freePorts(2 * size);
    const url = (index: number): string => `http://127.0.0.1:${ports[index]}`;
    const names = Array.from({ length: size }, (_, index) => `${namePrefix}-${index + 1}`);
    const initialCluster = names.map((name, index) => `${name}=${url(size + index)}`).join(",");
    const members = names.map((name, index) => {
      const flagsOfMember = memberFlags(name, url(index), url(size + index), join(folder, name));
      const joining = [`--initial-cluster=${initialCluster}`, `--initial-cluster-token=${folder}`];
      return new RawMember(name, url(index), url(size + index), binaries.etcd, [
        ...flagsOfMember,
        ...joining,
        ...flags,
      ]);
    });
    const cluster = new RawCluster(members, binaries, folder);
    try {
      members.forEach((member) => member.start());
      await Promise.all(members.map((member) => member.ready()));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  member(name: string): RawMember {
    const member = this.members.find((candidate) => candidate.name === name);
    if (member === undefined) throw new Error(`no member ${name}`);
    return member;
  }

  get endpoints(): string[] {
    return this.members.map(({ endpoint }) => endpoint);
  }

  /** This cluster as its definition would put it. */
  get expectation(): { members: { name: string; endpoint: string; peerUrls: string[] }[]; release: string } {
    const members = this.members.map(({ name, endpoint, peerUrl }) => ({
      name,
      endpoint,
      peerUrls: [peerUrl],
    }));
    return { members, release: this.binaries.release };
  }

  /** Name of the leader, asked of etcd itself. */
  async leader(): Promise<string> {
    for (const { name, endpoint } of this.members) {
      const row = await this.etcdctl(["endpoint", "status", "-w", "simple", `--endpoints=${endpoint}`]);
      if (row.split(", ")[4] === "true") return name;
    }
    throw new Error("no member is leader");
  }

  /** Starts one more member as a learner; it is not among `members`, but is stopped with them. */
  async addLearner(name: string): Promise<RawMember> {
    const [clientPort, peerPort] = await freePorts(2);
    const peerUrl = `http://127.0.0.1:${peerPort}`;
    await this.etcdctl(["member", "add", name, "--learner", `--peer-urls=${peerUrl}`]);
    const initialCluster = [
      ...this.members.map((member) => `${member.name}=${member.peerUrl}`),
      `${name}=${peerUrl}`,
    ];
    const endpoint = `http://127.0.0.1:${clientPort}`;
    const learner = new RawMember(name, endpoint, peerUrl, this.binaries.etcd, [
      ...memberFlags(name, endpoint, peerUrl, join(this.folder, name)),
      `--initial-cluster=${initialCluster.join(",")}`,
      "--initial-cluster-state=existing",
    ]);
    this.others.push(learner);
    learner.start();
    await learner.ready();
    return learner;
  }
  private readonly others: RawMember[] = [];

  /** Runs etcdctl of the same release against all members, unless `args` say otherwise. */
  async etcdctl(args: readonly string[]): Promise<string> {
    const env = { PATH: process.env["PATH"], ETCDCTL_API: "3" };
    const endpoints = args.some((arg) => arg.startsWith("--endpoints"))
      ? []
      : [`--endpoints=${this.endpoints.join(",")}`];
    const { stdout } = await promisify(execFile)(this.binaries.etcdctl, [...args, ...endpoints], { env });
    return stdout;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members, ...this.others].map((member) => member.kill()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

function memberFlags(name: string, endpoint: string, peerUrl: string, dataDir: string): string[] {
  return [
    `--name=${name}`,
    `--data-dir=${dataDir}`,
    `--listen-client-urls=${endpoint}`,
    `--advertise-client-urls=${endpoint}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    "--log-level=warn",
  ];
}

/** Ports that are free now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

async function listenAnywhere(): Promise<Server> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
