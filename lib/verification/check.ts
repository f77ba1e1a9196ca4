import type { EndpointFacts, StatusAnswer } from "./questions/ask";
import type { ListedMember, MemberStatus } from "./questions/answers";
import { type Answer, type EndpointProblem, isAboutUser, type Target, type TlsOptions } from "../client";
import type { EndpointClient } from "./questions/endpoint-client";
import type { Metrics } from "./questions/metrics";
import type { PeerPort } from "./questions/peer-ports";
import type { TlsContexts } from "./questions/tls-contexts";
import type { TlsSight } from "./questions/tls-probe";
import type { SnapshotFolder } from "./options";
import type { LeaseGrant } from "./grant-lease";
import type { ClusterExpectation } from "./expectation";

/** `warned`: worth an operator's time, but the cluster does its work. */
export type Outcome = "passed" | "warned" | "failed" | "skipped";

/** What a check found, about one member or about the cluster. */
export interface Finding {
  readonly outcome: Outcome;
  /** Whom it is about; `undefined`: the cluster as a whole. */
  readonly target?: Target | undefined;
  /** One sentence without a final period: what was seen. */
  readonly reason: string;
  /** What to do about it. */
  readonly remedy?: string | undefined;
  /** Waiting will not change it: whoever waits for a healthy cluster can stop. */
  readonly lasting?: boolean | undefined;
}

/** One endpoint during a verification. What is asked for by several checks is asked once. */
export interface AskedEndpoint {
  readonly target: Target;
  readonly client: EndpointClient;
  /** Settles as soon as this endpoint has answered, however long the others take. Never rejects. */
  readonly status: Promise<StatusAnswer>;
  /** The members that it knows. Never rejects. */
  readonly memberList: Promise<Answer<readonly ListedMember[]>>;
  /** What shaking hands with it without a client certificate shows; for `https://` only. Never rejects. */
  readonly handshake: () => Promise<TlsSight>;
  /** The same where it listens for its peers. Never rejects. */
  readonly peers: () => Promise<readonly PeerPort[]>;
  /** What it measures about itself. Never rejects. */
  readonly metrics: () => Promise<Answer<Metrics>>;
  /** Its status once more, when all checks have ended but those that wait for this: what changed while it was watched? Never rejects. */
  readonly statusAgain: () => Promise<Answer<MemberStatus>>;
}

export interface CheckContext {
  readonly endpoints: readonly AskedEndpoint[];
  readonly expectation: ClusterExpectation | undefined;
  /** All answers of all endpoints: settles with the slowest one. */
  readonly facts: Promise<readonly EndpointFacts[]>;
  /**
   * A short lease, the same for every check: whatever is written hangs on it, so that it goes away even if this program is
   * killed. Rejects with an `EndpointProblem` if no member grants it.
   */
  readonly scratchLease: () => Promise<LeaseGrant>;
  /** Every key that a check writes begins with this; ends with a slash. */
  readonly keyPrefix: string;
  readonly callTimeoutMs: number;
  /** The longest a question sent off now may take, so that all of them end within one deadline and a second. */
  readonly budgetMs: () => number;
  /**
   * Until when what takes its own time may go on, as `performance.now()` counts, while a member is silent or may still be; `undefined`:
   * all have answered. It is certain once `facts` are there.
   */
  readonly endsAt: () => number | undefined;
  readonly tls: TlsOptions | undefined;
  /** The same, and its counterparts, ready to shake hands with. */
  readonly tlsContexts: TlsContexts;
  readonly snapshots: SnapshotFolder | undefined;
  /** With whose rights is asked; `undefined`: nobody's, or those of the client certificate's common name. */
  readonly userName: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A question put to a cluster. One file each in `checks/`, one line in `checks/index.ts`. */
export interface Check {
  /** Stable, for programs and for `checks`/`skip`: kebab-case. */
  readonly id: string;
  /** What is true when it passes, as a phrase. */
  readonly title: string;
  /** It uses `statusAgain`, which therefore does not wait for it. @default false */
  readonly looksTwice?: boolean;
  /** Why it cannot be answered here; `undefined`: it can. */
  readonly skip?: (context: CheckContext) => string | undefined;
  /** Answers it. All checks run at the same time. Rejects for our own bugs only. */
  readonly run: (context: CheckContext) => Promise<Finding[]>;
}

/** An endpoint that answered, and with what. */
export interface Answering {
  readonly target: Target;
  readonly status: MemberStatus;
}

/** The endpoints that answered; what is wrong with the others is the business of one check. */
export function answering(facts: readonly EndpointFacts[]): Answering[] {
  return facts.flatMap(({ target, status }) => (status.ok ? [{ target, status: status.value }] : []));
}

/** The business of one check, `same-cluster`: of members that share nothing, nothing can be compared. */
export const areOfDifferentClusters = (members: readonly Answering[]): boolean =>
  new Set(members.map(({ status }) => status.clusterId)).size > 1;

export const differentClusters: Finding = {
  outcome: "skipped",
  reason: "the endpoints belong to different clusters",
};

/** What to say of a question that was not answered. That a user is missing or may not ask is said by `authentication`, once. */
export function unanswered(target: Target | undefined, what: string, problem: EndpointProblem): Finding {
  const { message, remedy, kind } = problem;
  const reason = `${what}: ${message}`;
  return isAboutUser(kind)
    ? { outcome: "skipped", target, reason }
    : { outcome: "failed", target, reason, remedy };
}

/** `a`, `a and b`, `a, b and c` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Labels by what their members say, for "a and b say x, c says y". */
export function groupLabels<T>(
  items: readonly T[],
  label: (item: T) => string,
  key: (item: T) => string,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const item of items) {
    groups.set(key(item), [...(groups.get(key(item)) ?? []), label(item)]);
  }
  return groups;
}
