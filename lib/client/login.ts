import type { Etcd3 } from "etcd3";
import { classify } from "./classify";
import type { UserCredentials } from "./credentials";
import type { EndpointProblem } from "./problem";

/** How long a call that begins now may take. */
export interface Budget {
  leftMs(): number;
}

/** What etcd3 asks for the metadata of every call; private there. */
interface Authenticator {
  getMetadata(): Promise<{ set(key: string, value: string): void }>;
  invalidateMetadata(): void;
}

/** `undefined`: none is needed, as authentication is not enabled. */
type Token = Promise<string | undefined>;

/**
 * A user's token, in place of etcd3's own login. That one opens a channel of its own, which knows of no tunnel and goes through
 * `http_proxy`; lets every call fail while authentication is not enabled; and asks again without end if a token is refused.
 */
export class Login {
  private token: Token | undefined;

  private constructor(
    /** Asks the same member without a user. */
    readonly anonymous: Etcd3,
    private readonly user: UserCredentials,
    private readonly budget: Budget,
  ) {}

  /** Has every call of `etcd` carry the token. */
  static attach(etcd: Etcd3, anonymous: Etcd3, user: UserCredentials, budget: Budget): Login {
    const login = new Login(anonymous, user, budget);
    const { pool } = etcd as unknown as { pool: { authenticator: Authenticator } };
    const own = pool.authenticator;
    pool.authenticator = {
      getMetadata: async () => {
        const [metadata, token] = await Promise.all([own.getMetadata(), login.get()]);
        if (token !== undefined) metadata.set("token", token);
        return metadata;
      },
      // etcd3 would then ask again, and again.
      invalidateMetadata: () => {
        throw new Error("etcdserver: invalid auth token");
      },
    };
    return login;
  }

  /** The token that calls sent off now carry. */
  get current(): Token | undefined {
    return this.token;
  }

  /**
   * Makes way for a new token, if one may help and nobody has fetched it yet.
   *
   * @param used what `current` was before the call that failed
   * @returns whether to ask again
   */
  renew({ kind }: EndpointProblem, used: Token | undefined): boolean {
    // A user is required: authentication was enabled after the login.
    if (kind !== "invalid-token" && kind !== "user-required") return false;
    if (this.token === used) this.token = undefined;
    return true;
  }

  private get(): Token {
    if (this.token === undefined) {
      const token = this.logIn();
      this.token = token;
      token.catch(() => {
        if (this.token === token) this.token = undefined;
      });
    }
    return this.token;
  }

  /** A majority has to agree on it, and comparing the password takes a member some 60 ms. */
  private async logIn(): Token {
    const { name, password } = this.user;
    const callTimeoutMs = Math.round(this.budget.leftMs());
    try {
      return (await this.anonymous.auth.authenticate({ name, password })).token;
    } catch (error) {
      const problem = classify(error, { callTimeoutMs, needsQuorum: true });
      if (problem.kind === "auth-not-enabled") return undefined;
      throw problem;
    }
  }
}
