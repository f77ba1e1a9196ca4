/**
 * Real etcd members on loopback for tests, started from a bare command line: nothing of what this project renders or
 * deploys takes part, so what is under test is compared with etcd and not with ourselves.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { request as requestInTheClear } from "node:http";
import { request as requestOverTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { TlsOptions } from "../../lib/verification";
import { TestAuthority, type CertificateFiles } from "./certificates";
import { freePorts } from "./free-ports";
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
  /** @default - plain text */
  readonly tls?: RawClusterTls;
  /** Group that a member runs as, so that its packets can be told apart; needs root. @default - that of the test */
  readonly groupOf?: (name: string) => number | undefined;
}

/** Mutual TLS, unless said otherwise; `{}` for everything as it should be. */
export interface RawClusterTls {
  /** Signs the members' certificates for clients, and the operator's. @default - a new one */
  readonly clientAuthority?: TestAuthority;
  /** Signs the members' certificates for each other. @default - a new one */
  readonly peerAuthority?: TestAuthority;
  /** Whether clients need a certificate. @default true */
  readonly clientCertAuth?: boolean;
  /** Whether peers need one. @default true */
  readonly peerCertAuth?: boolean;
  /** Common name of the operator's certificate: the user that etcd's authentication sees. @default "operator" */
  readonly operator?: string;
}

/** What a cluster with TLS was given, for tests that make more of it or break it. */
export interface RawClusterSecrets {
  readonly clientAuthority: TestAuthority;
  readonly peerAuthority: TestAuthority;
  readonly operator: CertificateFiles;
}

// A test that is killed from outside must not leave members behind either.
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** One certificate for clients, one for its peers. */
export interface MemberCertificates {
  readonly client: CertificateFiles;
  readonly peer: CertificateFiles;
}

const DATA_DIR = "--data-dir=";

export class RawMember {
  private child: ChildProcess | undefined;
  private log = "";

  constructor(
    readonly name: string,
    readonly endpoint: string,
    readonly peerUrl: string,
    private readonly binary: string,
    private readonly args: readonly string[],
    /** Shown by whoever asks whether it is ready. */
    private readonly tls?: TlsOptions,
    /** The files that it reads its certificates and keys from, on every handshake anew; `undefined` without TLS. */
    readonly certificates?: MemberCertificates,
    private readonly group?: number,
  ) {}

  /** From the next handshake on it shows another certificate; connections that are there stay. */
  async replaceCertificate(use: keyof MemberCertificates, by: CertificateFiles): Promise<void> {
    const files = this.certificates?.[use];
    if (files === undefined) throw new Error(`${this.name} has no certificates`);
    await copyFile(by.keyFile, files.keyFile);
    await copyFile(by.certFile, files.certFile);
  }

  start(): void {
    const group = this.group === undefined ? {} : { gid: this.group };
    const child = spawn(this.binary, this.args, { ...group, stdio: ["ignore", "pipe", "pipe"] });
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

  /** Loses all that it has stored; it must not run. */
  async wipe(): Promise<void> {
    const dataDir = this.args.find((arg) => arg.startsWith(DATA_DIR))?.slice(DATA_DIR.length);
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  }

  async restart(): Promise<void> {
    await this.kill();
    this.start();
    await this.ready();
  }

  /** Stops the process; returns when none of its threads runs any more, which on a busy machine is later than the signal. */
  freeze(): void {
    const pid = this.child?.pid;
    if (pid === undefined) return;
    this.child?.kill("SIGSTOP");
    const until = Date.now() + startDeadlineMs;
    while (!isStopped(pid) && Date.now() < until)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
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

  /** All that it measures about itself, as text: https://etcd.io/docs/v3.5/metrics/ */
  metrics(): Promise<string> {
    return httpGet(`${this.endpoint}/metrics`, this.tls);
  }

  private async saysHealthy(): Promise<boolean> {
    try {
      const { health, reason } = JSON.parse(await httpGet(`${this.endpoint}/health`, this.tls)) as {
        health: string;
        reason?: string;
      };
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
    /** As `verify` takes it; `undefined` without TLS. */
    readonly tls: TlsOptions | undefined,
    /** `undefined` without TLS. */
    readonly secrets: RawClusterSecrets | undefined,
    private readonly tlsFlags: TlsFlags | undefined,
  ) {}

  /** Starts the members and waits until all of them are ready. Leaves nothing behind if they do not get there. */
  static async start(options: RawClusterOptions): Promise<RawCluster> {
    const { binaries, size = 3, flags = [], namePrefix = "etcd" } = options;
    const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-test-"));
    const secrets = options.tls === undefined ? undefined : await secretsIn(folder, options.tls);
    const tls = secrets === undefined ? undefined : await tlsOptions(secrets);
    const tlsFlags = secrets === undefined ? undefined : new TlsFlags(folder, secrets, options.tls ?? {});
    const ports = await freePorts(2 * size);
    const scheme = secrets === undefined ? "http" : "https";
    const url = (index: number): string => `${scheme}://127.0.0.1:${ports[index]}`;
    const names = Array.from({ length: size }, (_, index) => `${namePrefix}-${index + 1}`);
    const initialCluster = names.map((name, index) => `${name}=${url(size + index)}`).join(",");
    const members = await Promise.all(
      names.map(async (name, index) => {
        const certificates = await tlsFlags?.issue(name);
        const flagsOfMember = memberFlags(name, url(index), url(size + index), join(folder, name));
        const joining = [`--initial-cluster=${initialCluster}`, `--initial-cluster-token=${folder}`];
        const ofTls = certificates === undefined ? [] : (tlsFlags?.of(certificates) ?? []);
        const args = [...flagsOfMember, ...joining, ...ofTls, ...flags];
        const group = options.groupOf?.(name);
        const urls = [url(index), url(size + index)] as const;
        return new RawMember(name, ...urls, binaries.etcd, args, tls, certificates, group);
      }),
    );
    const cluster = new RawCluster(members, binaries, folder, tls, secrets, tlsFlags);
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
    const scheme = this.tls === undefined ? "http" : "https";
    const peerUrl = `${scheme}://127.0.0.1:${peerPort}`;
    await this.addMember([name, "--learner", `--peer-urls=${peerUrl}`]);
    const initialCluster = [
      ...this.members.map((member) => `${member.name}=${member.peerUrl}`),
      `${name}=${peerUrl}`,
    ];
    const endpoint = `${scheme}://127.0.0.1:${clientPort}`;
    const certificates = await this.tlsFlags?.issue(name);
    const args = [
      ...memberFlags(name, endpoint, peerUrl, join(this.folder, name)),
      `--initial-cluster=${initialCluster.join(",")}`,
      "--initial-cluster-state=existing",
      ...(certificates === undefined ? [] : (this.tlsFlags?.of(certificates) ?? [])),
    ];
    const learner = new RawMember(name, endpoint, peerUrl, this.binaries.etcd, args, this.tls, certificates);
    this.others.push(learner);
    learner.start();
    await learner.ready();
    return learner;
  }
  private readonly others: RawMember[] = [];

  /** etcd takes nobody in until all members have been connected for 5 s (HealthInterval in server/etcdserver/server.go). */
  private async addMember(args: readonly string[]): Promise<void> {
    const until = Date.now() + startDeadlineMs;
    for (;;) {
      try {
        await this.etcdctl(["member", "add", ...args]);
        return;
      } catch (error) {
        if (Date.now() > until || !String(error).includes("unhealthy cluster")) throw error;
        await sleep(pollMs);
      }
    }
  }

  /** Runs etcdctl of the same release against all members, unless `args` say otherwise. */
  async etcdctl(args: readonly string[]): Promise<string> {
    const env = { PATH: process.env["PATH"], ETCDCTL_API: "3", ...this.etcdctlTls() };
    const endpoints = args.some((arg) => arg.startsWith("--endpoints"))
      ? []
      : [`--endpoints=${this.endpoints.join(",")}`];
    const { stdout } = await promisify(execFile)(this.binaries.etcdctl, [...args, ...endpoints], { env });
    return stdout;
  }

  private etcdctlTls(): Record<string, string> {
    if (this.secrets === undefined) return {};
    const { clientAuthority, operator } = this.secrets;
    return {
      ETCDCTL_CACERT: clientAuthority.caFile,
      ETCDCTL_CERT: operator.certFile,
      ETCDCTL_KEY: operator.keyFile,
    };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members, ...this.others].map((member) => member.kill()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

function memberFlags(name: string, endpoint: string, peerUrl: string, dataDir: string): string[] {
  return [
    `--name=${name}`,
    `${DATA_DIR}${dataDir}`,
    `--listen-client-urls=${endpoint}`,
    `--advertise-client-urls=${endpoint}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    "--log-level=warn",
  ];
}

/** The state comes after the program's name, which stands in brackets: proc(5). */
function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).every((task) => {
    try {
      return /\) [TZX]/.test(readFileSync(join(tasks, task, "stat"), "utf8"));
    } catch {
      // A thread that has just ended.
      return true;
    }
  });
}

/** Makes the certificates of members, and the flags that name them. */
class TlsFlags {
  constructor(
    private readonly folder: string,
    private readonly secrets: RawClusterSecrets,
    private readonly options: RawClusterTls,
  ) {}

  /** Copies of their own for every member, which a test may overwrite. */
  async issue(name: string): Promise<MemberCertificates> {
    const { clientAuthority, peerAuthority } = this.secrets;
    const [client, peer] = await Promise.all([
      clientAuthority.issue(`${name}-client`, { commonName: name }),
      peerAuthority.issue(`${name}-peer`, { commonName: name }),
    ]);
    const own = async (files: CertificateFiles, use: string): Promise<CertificateFiles> => {
      const certFile = join(this.folder, `${name}-${use}.crt`);
      const keyFile = join(this.folder, `${name}-${use}.key`);
      await copyFile(files.certFile, certFile);
      await copyFile(files.keyFile, keyFile);
      return { certFile, keyFile };
    };
    return { client: await own(client, "client"), peer: await own(peer, "peer") };
  }

  of({ client, peer }: MemberCertificates): string[] {
    const { clientAuthority, peerAuthority } = this.secrets;
    // etcd demands client certificates as soon as it is given a CA for them, with or without --client-cert-auth.
    const { clientCertAuth = true, peerCertAuth = true } = this.options;
    return [
      `--cert-file=${client.certFile}`,
      `--key-file=${client.keyFile}`,
      ...(clientCertAuth ? ["--client-cert-auth", `--trusted-ca-file=${clientAuthority.caFile}`] : []),
      `--peer-cert-file=${peer.certFile}`,
      `--peer-key-file=${peer.keyFile}`,
      ...(peerCertAuth ? ["--peer-client-cert-auth", `--peer-trusted-ca-file=${peerAuthority.caFile}`] : []),
    ];
  }
}

async function secretsIn(folder: string, tls: RawClusterTls): Promise<RawClusterSecrets> {
  const clientAuthority =
    tls.clientAuthority ?? (await TestAuthority.create(join(folder, "client-ca"), "client CA"));
  const peerAuthority = tls.peerAuthority ?? (await TestAuthority.create(join(folder, "peer-ca"), "peer CA"));
  return {
    clientAuthority,
    peerAuthority,
    operator: await clientAuthority.issue(tls.operator ?? "operator"),
  };
}

async function tlsOptions({
  clientAuthority,
  peerAuthority,
  operator,
}: RawClusterSecrets): Promise<TlsOptions> {
  return {
    ca: await readFile(clientAuthority.caFile),
    cert: await readFile(operator.certFile),
    key: await readFile(operator.keyFile),
    peerCa: await readFile(peerAuthority.caFile),
  };
}

/** Whoever signed the server's certificate: whether that is right is not the question here. */
function httpGet(url: string, tls: TlsOptions | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { agent: false, signal: AbortSignal.timeout(2000) } as const;
    const call =
      tls === undefined
        ? requestInTheClear(url, options)
        : requestOverTls(url, { ...options, cert: tls.cert, key: tls.key, rejectUnauthorized: false });
    call.on("error", reject);
    call.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => resolve(text));
    });
    call.end();
  });
}
