import type { UserCredentials } from "../../../lib/client";
import type { TestEtcd } from "../../support/etcd";
import { RawCluster, type RawMember } from "../../support/raw-cluster";
import {
  cutOffFromClients,
  cutOffFromPeers,
  groupOf,
} from "../../verification/fault-matrix/support/packet-filter";
import { ActorProcess } from "./support/actor-process";
import type { Where } from "./support/protocol";
import { Recorder } from "./support/recorder";

export type Transport = "plain text" | "mTLS";

/** All keys of these tests: those of microLayout(). */
export const prefix = "/micro/";

/** Who may do everything, once authentication is enabled. With mTLS it is the name in the operator's certificate that tells. */
export const root: UserCredentials = { name: "root", password: "root's own" };

/** Shorter than the time between two renewals of a lease, so that tokens expire all the time once there are any. */
const tokenTtlSeconds = 1;

/** The least there is: how long it takes to compare a password is not the question here. */
const bcryptCost = 4;

/** Three members on which faults are made, one after another, and who records what happens there. */
export class Ground {
  /** What there is to find the cause by, when something is not as it should be. */
  evidence = (): string => "";

  private readonly cuts = new Set<() => Promise<void>>();
  private readonly actors = new Set<ActorProcess>();
  /** Starting a process takes a while, so that one is always there already. */
  private understudy: ActorProcess | undefined;

  private constructor(
    readonly transport: Transport,
    readonly binaries: TestEtcd,
    readonly cluster: RawCluster,
    readonly recorder: Recorder,
  ) {}

  static async prepare(transport: Transport, binaries: TestEtcd): Promise<Ground> {
    const cluster = await RawCluster.start({
      binaries,
      groupOf,
      flags: [`--auth-token-ttl=${tokenTtlSeconds}`, `--bcrypt-cost=${bcryptCost}`],
      ...(transport === "mTLS" ? { tls: { operator: root.name } } : {}),
    });
    const recorder = new Recorder(
      prefix,
      cluster.endpoints.map((endpoint) => ({
        program: binaries.etcdctl,
        args: [`--endpoints=${endpoint}`, ...userOf(cluster)],
        env: { PATH: process.env["PATH"], ETCDCTL_API: "3", ...tlsOf(cluster) },
      })),
    );
    return new Ground(transport, binaries, cluster, recorder);
  }

  async remove(): Promise<void> {
    await this.heal();
    this.recorder.stop();
    const all = [...this.actors, this.understudy].filter((actor) => actor !== undefined);
    await Promise.all(all.map((actor) => actor.end()));
    await this.cluster.stop();
  }

  /** The process of all who live through everything; each of them has connections of their own. */
  get company(): ActorProcess {
    this.firstActor ??= this.actor();
    return this.firstActor;
  }
  private firstActor: ActorProcess | undefined;

  get members(): readonly RawMember[] {
    return this.cluster.members;
  }

  /** All processes are thawed, running and connected again. */
  async heal(): Promise<void> {
    await Promise.all(Array.from(this.cuts, (mend) => mend()));
    for (const member of this.members) {
      member.thaw();
      if (!member.isRunning) member.start();
    }
    await Promise.all(this.members.map((member) => member.ready()));
  }

  async cutOffFromPeers(member: RawMember): Promise<void> {
    const allPeerUrls = this.members.map(({ peerUrl }) => peerUrl);
    this.cuts.add(this.once(await cutOffFromPeers(member, allPeerUrls)));
  }

  async cutOffFromClients(member: RawMember): Promise<void> {
    this.cuts.add(this.once(await cutOffFromClients(member)));
  }

  private once(mend: () => Promise<void>): () => Promise<void> {
    const own = async (): Promise<void> => {
      this.cuts.delete(own);
      await mend();
    };
    return own;
  }

  where(user: UserCredentials | undefined): Where {
    const { endpoints, tls } = this.cluster;
    const text = (pem: Buffer | undefined): string => pem?.toString() ?? "";
    return { endpoints, user, tls: tls && { ca: text(tls.ca), cert: text(tls.cert), key: text(tls.key) } };
  }

  actor(): ActorProcess {
    const actor = this.understudy ?? new ActorProcess();
    this.actors.add(actor);
    this.understudy = new ActorProcess();
    return actor;
  }

  async dismiss(actor: ActorProcess): Promise<void> {
    this.actors.delete(actor);
    await actor.end();
  }

  /** Through members that answer only. */
  etcdctl(...args: string[]): Promise<string> {
    return this.cluster.etcdctl([...args, ...userOf(this.cluster)]);
  }

  async makeLeader(member: RawMember): Promise<void> {
    const leader = await this.cluster.leader();
    if (leader === member.name) return;
    const { endpoint } = this.cluster.member(leader);
    const list = await this.etcdctl("member", "list");
    const id =
      list
        .split("\n")
        .find((line) => line.includes(` ${member.name},`))
        ?.split(",")[0] ?? "";
    await this.etcdctl("move-leader", id, `--endpoints=${endpoint}`);
    await Promise.all(this.members.map((each) => each.ready()));
  }
}

/** It is no mistake to name a user before authentication is enabled. */
function userOf({ tls }: RawCluster): string[] {
  return tls === undefined ? [`--user=${root.name}:${root.password}`] : [];
}

function tlsOf({ secrets }: RawCluster): Record<string, string> {
  if (secrets === undefined) return {};
  const { clientAuthority, operator } = secrets;
  return {
    ETCDCTL_CACERT: clientAuthority.caFile,
    ETCDCTL_CERT: operator.certFile,
    ETCDCTL_KEY: operator.keyFile,
  };
}
