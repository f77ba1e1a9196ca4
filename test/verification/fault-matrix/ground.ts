import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import {
  verify,
  type ClusterExpectation,
  type TlsOptions,
  type VerificationReport,
} from "../../../lib/verification";
import type { CertificateFiles } from "../../support/certificates";
import type { TestEtcd } from "../../support/etcd";
import {
  RawCluster,
  type MemberCertificates,
  type RawClusterOptions,
  type RawMember,
} from "../../support/raw-cluster";
import type { Accusation, AskOtherwise } from "./fault";
import { inWords, matches, said } from "./judge";
import { flagsByMember, type FlagsByMember } from "./support/flags-by-member";
import { groupOf } from "./support/packet-filter";
import { saidOfHealthy } from "./said-of-healthy";

export type Transport = "plain text" | "mTLS";

/** Shorter than usual, so that faults which cost a deadline do not cost the run its time. */
export const callTimeoutMs = 1500;

/** Small, so that it is soon full. */
export const quotaBytes = 16 * 2 ** 20;

/** Whatever was done to it, a cluster of three is well again after this. */
const healDeadlineMs = 20_000;

export interface AnotherCluster extends Omit<RawClusterOptions, "binaries"> {
  readonly binaries?: TestEtcd;
  readonly flagsOf?: FlagsByMember;
}

/** Three healthy members on which faults are made, one after another. */
export class Ground {
  private constructor(
    readonly transport: Transport,
    readonly binaries: TestEtcd,
    readonly cluster: RawCluster,
    /** For files of faults. */
    readonly folder: string,
  ) {}

  static async prepare(transport: Transport, binaries: TestEtcd): Promise<Ground> {
    const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-faults-"));
    // Each member's process has a group of its own, by which its packets are told apart.
    const grouped = await flagsByMember(folder, binaries, {
      group: groupOf,
      flags: (name) => [`--data-dir=${join(folder, `${name}.etcd`)}`],
    });
    const cluster = await RawCluster.start({
      binaries: grouped,
      flags: [`--quota-backend-bytes=${quotaBytes}`],
      ...(transport === "mTLS" ? { tls: {} } : {}),
    });
    return new Ground(transport, binaries, cluster, folder);
  }

  async remove(): Promise<void> {
    await this.cluster.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  dataDirOf(name: string): string {
    return join(this.folder, `${name}.etcd`);
  }

  /** What is true of it also when it is well. */
  get alwaysSaid(): Accusation[] {
    return [
      ...saidOfHealthy(this),
      // Members remember the elections of earlier faults, and how long a frozen one let them wait.
      { check: "round-trip", outcome: "warned", reason: / is too long for --heartbeat-interval/ },
      { check: "stable-leader", outcome: "warned", reason: /^has seen the leader change \d+ times / },
    ];
  }

  get isTls(): boolean {
    return this.transport === "mTLS";
  }

  get tls(): TlsOptions | undefined {
    return this.cluster.tls;
  }

  get expectation(): ClusterExpectation {
    return this.cluster.expectation;
  }

  get secrets(): NonNullable<RawCluster["secrets"]> {
    if (this.cluster.secrets === undefined) throw new Error("no TLS here");
    return this.cluster.secrets;
  }

  /** Line of the release, e.g. `3.4`. */
  get line(): string {
    return this.binaries.release.split(".", 2).join(".");
  }

  verify({
    endpoints,
    expectation = this.expectation,
    ...otherwise
  }: AskOtherwise = {}): Promise<VerificationReport> {
    const whom = endpoints === undefined ? { expectation } : { endpoints };
    return verify({ tls: this.tls, callTimeoutMs, skip: ["lease-expires"], ...otherwise, ...whom });
  }

  async leader(): Promise<RawMember> {
    return this.cluster.member(await this.cluster.leader());
  }

  async followers(): Promise<[RawMember, RawMember]> {
    const leader = await this.cluster.leader();
    const [first, second] = this.cluster.members.filter(({ name }) => name !== leader);
    if (first === undefined || second === undefined) throw new Error("no two followers");
    return [first, second];
  }

  /** Waits until these know the same leader, and it is one of them. */
  async elected(among: readonly RawMember[]): Promise<void> {
    await vi.waitFor(
      async () => {
        const rows = await Promise.all(among.map((member) => this.statusOf(member)));
        expect(rows.filter(({ isLeader }) => isLeader)).toHaveLength(1);
        expect(rows.map(({ errors }) => errors).join("")).toBe("");
        expect(new Set(rows.map(({ term }) => term)).size).toBe(1);
      },
      { timeout: healDeadlineMs, interval: 50 },
    );
  }

  /** Waits until this one has noticed that there is no leader. */
  async leaderless(member: RawMember): Promise<void> {
    await vi.waitFor(async () => expect((await this.statusOf(member)).errors).toContain("no leader"), {
      timeout: healDeadlineMs,
      interval: 50,
    });
  }

  /** Waits until something takes connections at its client port. */
  async listening({ endpoint }: RawMember): Promise<void> {
    const { hostname, port } = new URL(endpoint);
    await vi.waitFor(
      async () => {
        const socket = connect(Number(port), hostname);
        try {
          await once(socket, "connect");
        } finally {
          socket.destroy();
        }
      },
      { timeout: healDeadlineMs, interval: 50 },
    );
  }

  /** As etcdctl's simple form has it: endpoint, ID, version, size, leader, learner, term, index, applied index, errors. */
  private async statusOf({
    endpoint,
  }: RawMember): Promise<{ isLeader: boolean; term: string; errors: string }> {
    const row = await this.cluster.etcdctl(["endpoint", "status", `--endpoints=${endpoint}`]);
    const cells = row.trimEnd().split(", ");
    return { isLeader: cells[4] === "true", term: cells[6] ?? "", errors: cells[9] ?? "" };
  }

  /** A second cluster, with TLS if this one has it; whoever makes it stops it. */
  async another({ binaries = this.binaries, flagsOf, ...options }: AnotherCluster = {}): Promise<RawCluster> {
    const own =
      flagsOf === undefined ? binaries : await flagsByMember(await this.freshFolder(), binaries, flagsOf);
    return RawCluster.start({ binaries: own, ...(this.isTls ? { tls: {} } : {}), ...options });
  }

  /** From the next handshake on, a member shows another certificate. @returns gives it its own back */
  async exchangeCertificate(
    member: RawMember,
    use: keyof MemberCertificates,
    by: CertificateFiles,
  ): Promise<() => Promise<void>> {
    const own = member.certificates?.[use];
    if (own === undefined) throw new Error(`${member.name} has no certificates`);
    const folder = await this.freshFolder();
    const kept = { certFile: join(folder, "own.crt"), keyFile: join(folder, "own.key") };
    await copyFile(own.certFile, kept.certFile);
    await copyFile(own.keyFile, kept.keyFile);
    await member.replaceCertificate(use, by);
    return () => member.replaceCertificate(use, kept);
  }

  private folders = 0;
  async freshFolder(): Promise<string> {
    const folder = join(this.folder, String((this.folders += 1)));
    await mkdir(folder);
    return folder;
  }

  /** Starts and thaws who needs it, and waits until verify finds nothing any more. */
  async heal(): Promise<void> {
    const { members } = this.cluster;
    for (const member of members) {
      member.thaw();
      if (!member.isRunning) member.start();
    }
    await Promise.all(members.map((member) => member.ready()));
    const usual = this.alwaysSaid;
    await vi.waitFor(
      async () => {
        const report = await this.verify();
        const unusual = said(report).filter((one) => !usual.some((each) => matches(one, each)));
        if (unusual.length > 0) throw new Error(`not well again: ${inWords(unusual)}`);
      },
      { timeout: healDeadlineMs, interval: 100 },
    );
  }
}
