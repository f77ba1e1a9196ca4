import type { Etcd3 } from "etcd3";
import { attempt } from "./attempts";
import { classify } from "./classify";
import type { TlsOptions, UserCredentials } from "./credentials";
import { withDeadline } from "./deadline";
import { keepAliveOnce, type Renewal } from "./keep-alive";
import { Login } from "./login";
import { openEtcd3 } from "./open-etcd3";
import { EndpointProblem } from "./problem";
import type { Target } from "./target";
import { RawWatch, type WatchListener } from "./watch";

export interface MemberOptions {
  readonly tls?: TlsOptions | undefined;
  readonly user?: UserCredentials | undefined;
  readonly callTimeoutMs: number;
}

export interface CallOptions {
  /** @default - that of the member */
  readonly callTimeoutMs?: number;
  /**
   * Whether only a majority can answer it.
   * @default true
   */
  readonly needsQuorum?: boolean;
}

/** One of etcd3's clients, and who uses it. */
interface Connection {
  readonly etcd: Etcd3;
  readonly login: Login | undefined;
  uses: number;
  isAbandoned: boolean;
}

/** A login's part of the time of a call: comparing a password takes a member some 60 ms, and a majority has to agree. */
const LOGIN_PARTS = 2;

/**
 * One endpoint, for as long as the program runs: every call is one attempt under a deadline and fails with an `EndpointProblem`. After a
 * failure that has to do with the connection the next call makes a new one: by itself gRPC goes on telling why it could not connect the
 * last time ("sticky TF mode", https://github.com/grpc/grpc-node/pull/2602), and keeps one that a thawed machine has forgotten.
 */
export class Member {
  private connection: Connection | undefined;
  private isClosed = false;
  private succeededAt = -Infinity;
  private failedAt = -Infinity;

  constructor(
    readonly target: Target,
    private readonly options: MemberOptions,
  ) {}

  /** When it failed last, by `performance.now()`; -Infinity if it has answered since, or was never asked. */
  get failingSince(): number {
    return this.failedAt > this.succeededAt ? this.failedAt : -Infinity;
  }

  /**
   * Does what the first call would do before it connects.
   *
   * @throws UsageError if the certificates given cannot be used
   */
  prepare(): void {
    if (!this.isClosed) this.connection ??= this.open();
  }

  /**
   * @param ask is given the client and the options that every call of it takes
   * @throws EndpointProblem
   */
  async call<T>(
    ask: (etcd: Etcd3, options: { deadline: number }) => Promise<T>,
    { callTimeoutMs = this.options.callTimeoutMs, needsQuorum = true }: CallOptions = {},
  ): Promise<T> {
    return this.using(async ({ etcd, login }) => {
      const deadline = Date.now() + callTimeoutMs;
      const parts = login === undefined ? 1 : LOGIN_PARTS;
      return withDeadline(
        attempt(() => ask(etcd, { deadline }), { callTimeoutMs, needsQuorum }, login),
        // The call's own deadline says more of the cause; this one is for what stands before it.
        callTimeoutMs * parts + 50,
        () => classify(new Error("Deadline exceeded"), { callTimeoutMs, needsQuorum }),
      );
    });
  }

  /**
   * Renews a lease, on a stream of its own: one that is kept open would notice neither a frozen member nor an expired token.
   *
   * @throws EndpointProblem
   */
  keepAlive(leaseId: string, { callTimeoutMs = this.options.callTimeoutMs } = {}): Promise<Renewal> {
    return this.call((etcd) => keepAliveOnce(etcd, leaseId, callTimeoutMs), { callTimeoutMs });
  }

  /**
   * A stream for watches that ends by itself when the member loses its leader. It settles when the stream is asked for, which says nothing
   * of the member yet: the answer to `create` does.
   */
  async watch(listener: WatchListener): Promise<RawWatch> {
    return this.using(async (connection) => {
      const ended = (problem: EndpointProblem | undefined): void => {
        if (problem !== undefined) this.noteFailure(problem, connection);
        this.release(connection);
        listener.ended(problem);
      };
      const call = { callTimeoutMs: this.options.callTimeoutMs, needsQuorum: false };
      const open = (): Promise<RawWatch> => RawWatch.open(connection.etcd, { ...listener, ended });
      const watch = await attempt(open, call, connection.login);
      // As long as it lasts.
      connection.uses += 1;
      return watch;
    });
  }

  /** Whoever found out that it is silent says so: the next call makes a new connection. */
  suspect(): void {
    this.failedAt = performance.now();
    this.abandon(this.connection);
  }

  close(): void {
    this.isClosed = true;
    this.abandon(this.connection);
  }

  private async using<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    if (this.isClosed) throw classify(new Error("Channel closed"), { callTimeoutMs: 0, needsQuorum: false });
    const connection = (this.connection ??= this.open());
    connection.uses += 1;
    try {
      const value = await use(connection);
      this.succeededAt = performance.now();
      return value;
    } catch (error) {
      if (error instanceof EndpointProblem) this.noteFailure(error, connection);
      throw error;
    } finally {
      this.release(connection);
    }
  }

  private open(): Connection {
    const { tls, user, callTimeoutMs } = this.options;
    const connect = (): Etcd3 => openEtcd3(this.target, { tls, leftMs: () => callTimeoutMs });
    const etcd = connect();
    const login =
      user === undefined ? undefined : Login.attach(etcd, connect(), user, { leftMs: () => callTimeoutMs });
    return { etcd, login, uses: 0, isAbandoned: false };
  }

  private noteFailure(problem: EndpointProblem, connection: Connection): void {
    if (hasSpoken(problem)) {
      if (isUnwell(problem)) this.failedAt = performance.now();
      return;
    }
    this.failedAt = performance.now();
    this.abandon(connection);
  }

  private abandon(connection: Connection | undefined): void {
    if (connection === undefined || connection.isAbandoned) return;
    connection.isAbandoned = true;
    if (this.connection === connection) this.connection = undefined;
    if (connection.uses === 0) closeAll(connection);
  }

  private release(connection: Connection): void {
    connection.uses -= 1;
    if (connection.isAbandoned && connection.uses === 0) closeAll(connection);
  }
}

/** Whether the member itself said no, so that there is nothing wrong with the connection. */
const hasSpoken = ({ detail }: EndpointProblem): boolean => /etcdserver: |auth: |lease/.test(detail);

/** Whether it said so because it is in no state to say yes. */
const isUnwell = ({ kind }: EndpointProblem): boolean =>
  kind === "no-leader" || kind === "no-quorum" || kind === "learner" || kind === "corrupt";

function closeAll({ etcd, login }: Connection): void {
  etcd.close();
  login?.anonymous.close();
}
