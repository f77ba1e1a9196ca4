import { realpathSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestAuthority } from "../../../support/certificates";
import { defaultEtcd } from "../../../support/etcd";
import { freePorts } from "../../../support/free-ports";
import { RawMember } from "../../../support/raw-cluster";
import { Reaper } from "../../../support/reaper";
import type { TlsFiles } from "../etcd-connection";

const SIZE = 3;

/** Three members with mutual TLS on loopback, whose data can be copied, put back and removed. */
export class SecuredCluster {
  private readonly reaper: Reaper;

  private constructor(
    private readonly folder: string,
    private readonly members: readonly RawMember[],
    readonly endpoints: readonly string[],
    readonly tls: TlsFiles,
  ) {
    this.reaper = new Reaper(folder);
  }

  static async start(): Promise<SecuredCluster> {
    const folder = realpathSync(await mkdtemp(join(tmpdir(), "cdktf-etcd-load-")));
    const authority = await TestAuthority.create(join(folder, "pki"));
    const own = await authority.issue("etcd");
    const { etcd } = await defaultEtcd();
    const ports = await freePorts(3 * SIZE);
    const url = (scheme: string, row: number, index: number): string =>
      `${scheme}://127.0.0.1:${ports[row * SIZE + index]}`;
    const indexes = [...Array(SIZE).keys()];
    const initialCluster = indexes.map((index) => `etcd-${index}=${url("https", 1, index)}`).join(",");
    const members = indexes.map((index) => {
      const [client, peer, metrics] = [url("https", 0, index), url("https", 1, index), url("http", 2, index)];
      // In the folder, where the reaper finds it.
      const start = ["-c", 'cd "$0" && exec "$@"', folder, etcd];
      return new RawMember(`etcd-${index}`, metrics, peer, "/bin/sh", [
        ...start,
        `--name=etcd-${index}`,
        `--data-dir=${join(folder, "data", `etcd-${index}`)}`,
        `--listen-client-urls=${client}`,
        `--advertise-client-urls=${client}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--listen-metrics-urls=${metrics}`,
        `--initial-cluster=${initialCluster}`,
        `--initial-cluster-token=${folder}`,
        "--log-level=warn",
        ...["", "peer-"].flatMap((plane) => [
          `--${plane}trusted-ca-file=${authority.caFile}`,
          `--${plane}cert-file=${own.certFile}`,
          `--${plane}key-file=${own.keyFile}`,
          `--${plane}client-cert-auth`,
        ]),
      ]);
    });
    const endpoints = indexes.map((index) => url("https", 0, index));
    const client = await authority.issue("client");
    const cluster = new SecuredCluster(folder, members, endpoints, { caFile: authority.caFile, ...client });
    try {
      await cluster.startAll();
      return cluster;
    } catch (error) {
      await cluster.remove();
      throw error;
    }
  }

  async startAll(): Promise<void> {
    this.members.forEach((member) => member.start());
    await Promise.all(this.members.map((member) => member.ready()));
  }

  async killAll(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
  }

  /** Of members that do not run. */
  async copyData(): Promise<void> {
    await cp(join(this.folder, "data"), join(this.folder, "copy"), { recursive: true });
  }

  async putBackData(): Promise<void> {
    await this.removeData();
    await cp(join(this.folder, "copy"), join(this.folder, "data"), { recursive: true });
  }

  async removeData(): Promise<void> {
    await rm(join(this.folder, "data"), { recursive: true });
  }

  async remove(): Promise<void> {
    await this.killAll();
    await this.reaper.reap();
  }
}
