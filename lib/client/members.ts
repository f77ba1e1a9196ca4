import type { TlsOptions, UserCredentials } from "./credentials";
import { targetsOf } from "./endpoint";
import { Member } from "./member";
import { mostTelling, type Failure } from "./most-telling";
import { EndpointProblem } from "./problem";
import type { Address } from "./target";

export interface MembersOptions {
  /** Client URLs of all members, e.g. `https://10.0.1.10:2379`. */
  readonly endpoints: readonly string[];
  readonly tls?: TlsOptions | undefined;
  readonly user?: UserCredentials | undefined;
  /** Where to connect to for an endpoint, e.g. the local end of a tunnel. @default - the endpoint's own host and port */
  readonly connectTo?: ((endpoint: string) => Address | undefined) | undefined;
  /** Longest time for any single call. */
  readonly callTimeoutMs: number;
}

export interface HedgeOptions {
  /** A member that is silent for so long is not waited for alone: the next one is asked as well. */
  readonly hedgeAfterMs: number;
  /** Whether asking anybody else is of no use. @default - what has to do with the user or the keys */
  readonly isFinal?: ((problem: EndpointProblem) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** All members of a cluster, any of which will do. */
export class Members {
  /** Asked last, at the start; so that many programs do not all ask the first one of the list. */
  private readonly shuffled: readonly Member[];

  private constructor(readonly all: readonly Member[]) {
    this.shuffled = shuffle(all);
  }

  /** @throws UsageError if the endpoints are none; for certificates that cannot be used the first call does */
  static open({ endpoints, connectTo, ...options }: MembersOptions): Members {
    return new Members(targetsOf({ endpoints, connectTo }).map((target) => new Member(target, options)));
  }

  /** In the order in which to ask them: those that are well, then those whose last failure is longest ago. */
  ranked(): readonly Member[] {
    return this.shuffled.toSorted((one, other) =>
      one.failingSince === other.failingSince ? 0 : one.failingSince - other.failingSince,
    );
  }

  /**
   * The first answer that any member gives. For what may be asked several times over, as members that stay silent may still do it later.
   *
   * @throws EndpointProblem of the member that says most of the cause, when all fail; the signal's reason
   */
  async hedged<T>(
    ask: (member: Member) => Promise<T>,
    { hedgeAfterMs, isFinal = isAboutRequest, signal }: HedgeOptions,
  ): Promise<{ readonly member: Member; readonly value: T }> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const waiting = [...this.ranked()];
      let pending = 0;
      let isOver = false;
      const failures: Failure[] = [];
      let timer: NodeJS.Timeout | undefined;
      const over = (): void => {
        isOver = true;
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
      };
      const fail = (error: Error): void => {
        over();
        reject(error);
      };
      const aborted = (): void => fail(signal?.reason as Error);
      const next = (): void => {
        const member = waiting.shift();
        if (member === undefined) return;
        pending += 1;
        clearTimeout(timer);
        timer = setTimeout(next, hedgeAfterMs);
        ask(member).then(
          (value) => {
            if (isOver) return;
            over();
            resolve({ member, value });
          },
          (error: unknown) => {
            pending -= 1;
            if (isOver) return;
            if (!(error instanceof EndpointProblem) || isFinal(error)) {
              fail(error as Error);
              return;
            }
            failures.push({ endpoint: member.target.endpoint, problem: error });
            if (waiting.length > 0) next();
            else if (pending === 0) fail(mostTelling(failures));
          },
        );
      };
      signal?.addEventListener("abort", aborted, { once: true });
      next();
    });
  }

  close(): void {
    for (const member of this.all) member.close();
  }
}

/** Whether every member would say the same. */
function isAboutRequest({ kind }: EndpointProblem): boolean {
  return (
    kind === "user-required" ||
    kind === "wrong-password" ||
    kind === "permission-denied" ||
    kind === "no-space" ||
    kind === "lease-not-found" ||
    kind === "lease-exists" ||
    kind === "compacted"
  );
}

function shuffle<T>(all: readonly T[]): T[] {
  const rest = [...all];
  return Array.from(all, () => rest.splice(Math.floor(Math.random() * rest.length), 1)[0]!);
}
