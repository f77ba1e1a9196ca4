import type { Etcd3, IRangeResponse } from "etcd3";
import {
  attempt,
  type EndpointProblem,
  isAboutUser,
  Login,
  openEtcd3,
  prefixRange,
  settle,
  type Target,
  type TlsOptions,
  type UserCredentials,
} from "../../client";
import type { Alarm, ListedMember, MemberStatus } from "./answers";
import type { CallBudget } from "./call-budget";
import { CompactedMeanwhile, WatchStream } from "./watch-stream";

export interface ClientOptions {
  readonly budget: CallBudget;
  readonly tls?: TlsOptions | undefined;
  readonly user?: UserCredentials | undefined;
}

/** Once is rare already: a compaction has to come in the millisecond between a watch's request and its start. */
const WATCH_TRIES = 3;

/** etcd sends 64-bit IDs as decimal text; a JavaScript number would corrupt them beyond 2^53. */
const hex = (id: string): string => BigInt(id).toString(16);

/**
 * One endpoint, asked by itself: every call is one attempt under one deadline, and fails with an
 * `EndpointProblem`.
 */
export class EndpointClient {
  private constructor(
    private readonly etcd: Etcd3,
    private readonly budget: CallBudget,
    private readonly login: Login | undefined,
    private readonly hasCertificate: boolean,
  ) {}

  /**
   * Connects nowhere yet: the first call does.
   *
   * @throws UsageError if certificate and key cannot be used
   */
  static open(target: Target, options: ClientOptions): EndpointClient {
    const { budget, tls, user } = options;
    const connect = (): Etcd3 => openEtcd3(target, { tls, leftMs: () => budget.leftMs() });
    const etcd = connect();
    const login = user === undefined ? undefined : Login.attach(etcd, connect(), user, budget);
    const isTls = target.endpoint.startsWith("https:");
    return new EndpointClient(etcd, budget, login, isTls && tls?.cert !== undefined);
  }

  async status(): Promise<MemberStatus> {
    const reply = await this.callOpen((etcd) => etcd.maintenance.status());
    return {
      clusterId: hex(reply.header.cluster_id),
      memberId: hex(reply.header.member_id),
      leaderId: reply.leader === "0" ? undefined : hex(reply.leader),
      isLeader: reply.leader === reply.header.member_id,
      isLearner: reply.isLearner,
      version: reply.version,
      dbSizeBytes: Number(reply.dbSize),
      dbSizeInUseBytes: Number(reply.dbSizeInUse),
      raftTerm: BigInt(reply.raftTerm),
      raftIndex: BigInt(reply.raftIndex),
      raftAppliedIndex: BigInt(reply.raftAppliedIndex),
      revision: BigInt(reply.header.revision),
      alarms: reply.errors.flatMap(parseAlarm),
      errors: reply.errors,
    };
  }

  /** The members that this member knows: its own view, which it also gives without a quorum. */
  async memberList(): Promise<ListedMember[]> {
    const reply = await this.callOpen((etcd) => etcd.cluster.memberList({ linearizable: false }));
    return reply.members.map(({ ID, name, peerURLs, clientURLs, isLearner }) => ({
      id: hex(ID),
      name,
      peerUrls: peerURLs,
      clientUrls: clientURLs,
      isLearner,
    }));
  }

  /**
   * The hash of everything that is in this member's database at one revision.
   *
   * @param revision 0 for the newest that it has
   */
  async hashKv(revision: bigint): Promise<{ hash: number; revision: bigint; compactRevision: bigint }> {
    // etcd3's own hashKV() calls a method that its loader names otherwise: TypeError.
    const { client } = this.etcd.maintenance as unknown as { client: RawClient };
    const reply = await this.call(() =>
      client.exec<HashKvReply>("Maintenance", "hashKv", { revision: String(revision) }),
    );
    return {
      hash: reply.hash,
      revision: BigInt(reply.header.revision),
      compactRevision: BigInt(reply.compact_revision),
    };
  }

  async put(key: string, value: string, leaseId: string): Promise<void> {
    await this.callQuorum(() =>
      this.etcd.kv.put({ key: Buffer.from(key), value: Buffer.from(value), lease: leaseId }),
    );
  }

  /** Linearizable: what a majority agrees on now. */
  async getPrefix(prefix: string): Promise<Map<string, string>> {
    const reply = await this.callQuorum(() => this.etcd.kv.range(prefixRange(prefix)));
    return new Map(reply.kvs.map(({ key, value }) => [key.toString(), value.toString()]));
  }

  /** Linearizable: how many keys begin with it, as a majority agrees on now. */
  async countPrefix(prefix: string): Promise<number> {
    const request = { ...prefixRange(prefix), count_only: true };
    return Number((await this.callQuorum(() => this.etcd.kv.range(request))).count);
  }

  /** Linearizable: what a majority agrees on now. */
  async has(key: string): Promise<boolean> {
    return isFound(
      await this.callQuorum(() => this.etcd.kv.range({ key: Buffer.from(key), keys_only: true })),
    );
  }

  /** Serializable: what this very member has in its own database; a learner answers too. */
  async hasLocally(key: string): Promise<boolean> {
    const request = { key: Buffer.from(key), keys_only: true, serializable: true };
    return isFound(await this.call(() => this.etcd.kv.range(request)));
  }

  /** @returns how many keys there were */
  async deletePrefix(prefix: string): Promise<number> {
    const reply = await this.callQuorum(() => this.etcd.kv.deleteRange(prefixRange(prefix)));
    return Number(reply.deleted);
  }

  async grantLease(ttlSeconds: number): Promise<{ id: string; ttlSeconds: number }> {
    const reply = await this.callQuorum(() => this.etcd.leaseClient.leaseGrant({ TTL: ttlSeconds }));
    return { id: reply.ID, ttlSeconds: Number(reply.TTL) };
  }

  /** Ends a lease and removes every key that hangs on it. */
  async revokeLease(leaseId: string): Promise<void> {
    await this.callQuorum(() => this.etcd.leaseClient.leaseRevoke({ ID: leaseId }));
  }

  /** Watches one key, calls `change` once the member confirmed the watch, and settles with the key's first event. */
  async watchOnce(key: string, change: () => Promise<void>): Promise<void> {
    await this.call(async () => {
      for (let triesLeft = WATCH_TRIES; ; triesLeft -= 1) {
        const watch = await this.openWatch(key);
        try {
          await change();
          await watch.event();
          return;
        } catch (error) {
          if (!(error instanceof CompactedMeanwhile) || triesLeft <= 1) throw error;
        } finally {
          watch.cancel();
        }
      }
    });
  }

  /**
   * Whether authentication is enabled here. Asked without the user given, so that a wrong one does not matter.
   *
   * @param keyPrefix where to look for nothing: only an enabled authentication minds
   * @param options.isLinearizable has the member catch up with the others first
   */
  async isAuthEnabled(keyPrefix: string, { isLinearizable = false } = {}): Promise<boolean> {
    const etcd = this.login?.anonymous ?? this.etcd;
    const request = { key: Buffer.from(keyPrefix), keys_only: true, serializable: !isLinearizable };
    const open = await settle(this.attempt(() => etcd.kv.range(request), isLinearizable));
    if (!open.ok) return isEnabledBy(open.problem);
    if (!this.hasCertificate) return false;
    // The common name of the certificate may be a user who may do this. AuthStatus would tell, but goes through the log, and members
    // of 3.4 that find it there panic (`applierV3backend.Apply` in its etcdserver/apply.go): a question in the middle of an upgrade
    // would end the cluster. A login does not get that far without a user: `Authenticate` in etcdserver/v3_server.go.
    const nobody = { name: "", password: "" };
    const login = await settle(this.callQuorum(() => etcd.auth.authenticate(nobody)));
    return login.ok || isEnabledBy(login.problem);
  }

  /** Fails with a problem about the user unless that one may read, write and delete below a prefix. Changes nothing. */
  async mayUse(prefix: string): Promise<void> {
    const { key, range_end } = prefixRange(prefix);
    await this.callQuorum(() =>
      this.etcd.kv.txn({
        // Never true; permissions are looked at for both branches, before either is taken: `checkTxnAuth` in etcd's apply_auth.go.
        compare: [{ key, target: "Version", result: "Less", version: 0 }],
        success: [
          { request_put: { key, value: key } },
          { request_range: { key, range_end } },
          // etcd takes no transaction that writes a key twice, so all but that one.
          { request_delete_range: { key: Buffer.from(`${prefix}\0`), range_end } },
        ],
        failure: [],
      }),
    );
  }

  close(): void {
    this.etcd.close();
    this.login?.anonymous.close();
  }

  private async openWatch(key: string): Promise<WatchStream> {
    const watch = await WatchStream.open(this.etcd, key, this.budget.leftMs());
    try {
      await watch.created();
      return watch;
    } catch (error) {
      watch.cancel();
      throw error;
    }
  }

  /**
   * Something that most releases tell anybody, and a user only from 3.4.42, 3.5.28 and 3.6.0 on. Without one first: a login needs a
   * quorum. https://etcd.io/blog/2026/mar20-patch-release/
   */
  private async callOpen<T>(ask: (etcd: Etcd3) => Promise<T>): Promise<T> {
    const { login } = this;
    if (login === undefined) return this.call(() => ask(this.etcd));
    const answer = await settle(this.call(() => ask(login.anonymous)));
    if (answer.ok) return answer.value;
    if (!isAboutUser(answer.problem.kind)) throw answer.problem;
    return this.call(() => ask(this.etcd));
  }

  /** Something that a member answers alone. */
  private call<T>(ask: () => Promise<T>): Promise<T> {
    return this.attempt(ask, false);
  }

  /** Something that only a majority can answer. */
  private callQuorum<T>(ask: () => Promise<T>): Promise<T> {
    return this.attempt(ask, true);
  }

  private attempt<T>(ask: () => Promise<T>, needsQuorum: boolean): Promise<T> {
    return attempt(ask, { callTimeoutMs: Math.round(this.budget.leftMs()), needsQuorum }, this.login);
  }
}

/** The part of etcd3 below its typed methods. */
interface RawClient {
  exec<T>(service: string, method: string, request: object): Promise<T>;
}

interface HashKvReply {
  readonly header: { readonly revision: string };
  readonly hash: number;
  /** -1 if nothing has been compacted yet. */
  readonly compact_revision: string;
}

/** @throws EndpointProblem unless that is what the problem was about */
function isEnabledBy(problem: EndpointProblem): boolean {
  if (problem.kind === "auth-not-enabled") return false;
  if (isAboutUser(problem.kind)) return true;
  throw problem;
}

const isFound = (reply: IRangeResponse): boolean => reply.kvs.length > 0;

/**
 * `memberID:10276657743932975437 alarm:NOSPACE ` -> the alarm. The status tells them since etcd 3.4 and without a quorum;
 * a request for the list of alarms would have to be agreed on first.
 */
function parseAlarm(error: string): Alarm[] {
  const match = /memberID:(\d+) alarm:(\w+)/.exec(error);
  return match === null ? [] : [{ memberId: hex(match[1] ?? "0"), type: match[2] ?? "" }];
}
