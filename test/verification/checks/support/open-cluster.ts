/** Members whose data folders and peer traffic a test can get at. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestEtcd } from "../../../support/etcd";
import { freePorts } from "../../../support/free-ports";
import { RawMember } from "../../../support/raw-cluster";

export interface OpenClusterOptions {
  readonly binaries: TestEtcd;
  /** Where the others reach a member that listens for its peers at `url`. @default - there */
  readonly advertise?: (url: string) => Promise<string>;
}

export class OpenCluster {
  private constructor(
    readonly members: readonly RawMember[],
    private readonly binaries: TestEtcd,
    private readonly folder: string,
  ) {}

  /** Three members. */
  static async start({ binaries, advertise }: OpenClusterOptions): Promise<OpenCluster> {
    const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-test-"));
    const urls = (await freePorts(6)).map((port) => `http://127.0.0.1:${port}`);
    const plans = await Promise.all(
      ["etcd-1", "etcd-2", "etcd-3"].map(async (name, index) => {
        const listenUrl = urls[2 * index + 1] ?? "";
        const peerUrl = (await advertise?.(listenUrl)) ?? listenUrl;
        return { name, endpoint: urls[2 * index] ?? "", listenUrl, peerUrl };
      }),
    );
    const initialCluster = plans.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",");
    const members = plans.map(
      ({ name, endpoint, listenUrl, peerUrl }) =>
        new RawMember(name, endpoint, peerUrl, binaries.etcd, [
          `--name=${name}`,
          `--data-dir=${join(folder, name)}`,
          `--listen-client-urls=${endpoint}`,
          `--advertise-client-urls=${endpoint}`,
          `--listen-peer-urls=${listenUrl}`,
          `--initial-advertise-peer-urls=${peerUrl}`,
          `--initial-cluster=${initialCluster}`,
          `--initial-cluster-token=${folder}`,
          "--log-level=warn",
        ]),
    );
    const cluster = new OpenCluster(members, binaries, folder);
    try {
      members.forEach((member) => member.start());
      await Promise.all(members.map((member) => member.ready()));
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get expectation(): { members: { name: string; endpoint: string; peerUrls: string[] }[] } {
    return {
      members: this.members.map(({ name, endpoint, peerUrl }) => ({ name, endpoint, peerUrls: [peerUrl] })),
    };
  }

  /** etcd's database of one member. */
  databaseOf({ name }: RawMember): string {
    return join(this.folder, name, "member", "snap", "db");
  }

  /** Runs etcdctl of the same release against one member. */
  async etcdctl({ endpoint }: RawMember, args: readonly string[]): Promise<string> {
    const env = { PATH: process.env["PATH"], ETCDCTL_API: "3" };
    const { stdout } = await promisify(execFile)(
      this.binaries.etcdctl,
      [...args, `--endpoints=${endpoint}`],
      { env },
    );
    return stdout;
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    await rm(this.folder, { recursive: true, force: true });
  }
}
