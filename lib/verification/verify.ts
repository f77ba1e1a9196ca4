import { UsageError } from "../errors";
import type { EndpointFacts } from "./questions/ask";
import { allChecks } from "./checks";
import { authentication } from "./checks/authentication";
import { memberAnswers } from "./checks/member-answers";
import { listed, type AskedEndpoint, type Check, type CheckContext, type Finding } from "./check";
import { isOutOfReach, settle, type Target, untilAborted } from "../client";
import { ownKeyPrefix } from "./key-prefix";
import type { AskOptions, SnapshotFolder } from "./options";
import { memberMetrics } from "./questions/metrics";
import { peerPort, peerUrlsOf, type PeerPort } from "./questions/peer-ports";
import { tlsProbe } from "./questions/tls-probe";
import type { CheckReport, EndpointStatus, VerificationReport, Verdict } from "./report";
import { ScratchLease } from "./scratch-lease";
import { withSession, type Session } from "./session";
import { statusAgain } from "./status-again";
import { statusRow } from "./status";

export type VerifyOptions = AskOptions & {
  /**
   * IDs of the checks to run. Whether every member answers, and whether it answers to this user, is always checked.
   * @default "all"
   */
  readonly checks?: "all" | readonly string[] | undefined;
  /**
   * IDs of checks to leave out; `lease-expires` is the one that takes seconds by nature. Not `member-answers` and `authentication`: without
   * an answer to those, the others say nothing.
   * @default - none
   */
  readonly skip?: readonly string[] | undefined;
  /**
   * Make a failure of every warning, in all that is printed.
   * @default false
   */
  readonly strict?: boolean | undefined;
  /** @default - backups are not looked at */
  readonly snapshots?: SnapshotFolder | undefined;
};

/**
 * Puts every question to every endpoint, all at once, once.
 *
 * Writes only below a random key prefix of its own, and removes that again.
 *
 * @throws UsageError if the options are wrong; a sick or absent cluster is no error but a report
 */
export async function verify(options: VerifyOptions): Promise<VerificationReport> {
  const checks = selectChecks(options);
  return withSession(options, (session) => verifyOnce(session, checks, options));
}

/** One verification with clients that are open already. */
export async function verifyOnce(
  session: Session,
  checks: readonly Check[],
  options: VerifyOptions,
): Promise<VerificationReport> {
  const startedAt = new Date();
  const began = performance.now();
  session.begin();
  const scratch = new ScratchLease();
  try {
    const others: Promise<CheckReport>[] = [];
    const context = ask(session, scratch, options, () => Promise.allSettled(others));
    const ran = checks.map((check) => {
      const report = runCheck(check, context, options);
      if (check.looksTwice !== true) others.push(report);
      return report;
    });
    const answers = Promise.all([context.facts, Promise.all(ran)]);
    const [facts, reports] = await untilAborted(answers, options.signal);
    const endpoints = facts.map((fact) => statusRow(fact.target, fact.status, options.expectation));
    return {
      verdict: verdictOf(endpoints, reports, options),
      clusterName: options.expectation?.clusterName,
      endpoints,
      checks: reports,
      startedAt,
      tookMs: performance.now() - began,
    };
  } finally {
    await scratch.end();
  }
}

/** Whether anybody answers, and to whom. */
const always: readonly Check[] = [memberAnswers, authentication];

/** @throws UsageError for an unknown ID, and for one to be left out that is always asked */
export function selectChecks({ checks = "all", skip = [] }: VerifyOptions): Check[] {
  const known = allChecks.map(({ id }) => id);
  const unknown = [...(checks === "all" ? [] : checks), ...skip].filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new UsageError(`no such check: ${unknown.join(", ")}`, {
      remedy: `Known are ${known.join(", ")}.`,
    });
  }
  const needed = always.filter(({ id }) => skip.includes(id)).map(({ id }) => id);
  if (needed.length > 0) {
    throw new UsageError(`${listed(needed)} cannot be left out`, {
      remedy: "The other checks say nothing of a member that does not answer, or not to this user.",
    });
  }
  return allChecks.filter(
    (check) =>
      always.includes(check) || ((checks === "all" || checks.includes(check.id)) && !skip.includes(check.id)),
  );
}

/** Sends all first questions off and returns at once: each check waits for just those answers that it needs. */
function ask(
  session: Session,
  scratch: ScratchLease,
  options: VerifyOptions,
  othersDone: () => Promise<unknown>,
): CheckContext {
  const { callTimeoutMs } = session.budget;
  // A member may have several endpoints.
  const peerPorts = new Map<string, Promise<PeerPort>>();
  const peerPortAt = (url: string, target: Target): Promise<PeerPort> => {
    const port = peerPorts.get(url) ?? peerPort(target, url, session.tls, session.budget.leftMs());
    peerPorts.set(url, port);
    return port;
  };
  const endpoints: AskedEndpoint[] = session.connections.map((connection) => {
    const status = session.askStatus(connection);
    const memberList = settle(connection.client.memberList());
    void memberList.then((list) => list.ok && session.hearsay.takeList(list.value));
    return {
      ...connection,
      status,
      memberList,
      handshake: once(() => tlsProbe(connection.target, session.tls.bare(), session.budget.leftMs())),
      peers: once(async () => {
        const urls = await peerUrlsOf(connection.target, options.expectation, status, memberList);
        return Promise.all(urls.map((url) => peerPortAt(url, connection.target)));
      }),
      metrics: once(async () => {
        const answer = await status;
        return answer.ok
          ? settle(memberMetrics(connection.target, options.tls, session.budget.leftMs()))
          : answer;
      }),
      statusAgain: once(() =>
        statusAgain(connection.client, status, { othersDone, callTimeoutMs, signal: options.signal }),
      ),
    };
  });
  const facts: Promise<EndpointFacts[]> = Promise.all(
    endpoints.map(async ({ target, status, memberList }) => ({
      target,
      status: await status,
      memberList: await memberList,
    })),
  );
  void facts.then((all) => {
    if (all.every(({ status }) => status.tookMs < callTimeoutMs)) session.budget.everybodyAnswered();
  });
  return {
    endpoints,
    expectation: options.expectation,
    facts,
    scratchLease: () => scratch.get(endpoints, options.signal),
    keyPrefix: ownKeyPrefix(),
    callTimeoutMs,
    budgetMs: () => session.budget.leftMs(),
    endsAt: () => session.budget.endsAt(),
    tls: options.tls,
    tlsContexts: session.tls,
    snapshots: options.snapshots,
    userName: options.user?.name,
    signal: options.signal,
  };
}

async function runCheck(
  check: Check,
  context: CheckContext,
  { strict = false }: VerifyOptions,
): Promise<CheckReport> {
  const began = performance.now();
  const skipped = check.skip?.(context);
  const found: Finding[] =
    skipped === undefined ? await check.run(context) : [{ outcome: "skipped", reason: skipped }];
  const findings = strict ? found.map(inEarnest) : found;
  const has = (outcome: Finding["outcome"]): boolean =>
    findings.some((finding) => finding.outcome === outcome);
  return {
    id: check.id,
    title: check.title,
    outcome: (["failed", "warned", "passed"] as const).find(has) ?? "skipped",
    results: findings.map(({ outcome, target, reason, remedy, lasting }) => ({
      outcome,
      member: context.expectation === undefined ? undefined : target?.label,
      endpoint: target?.endpoint,
      reason,
      remedy,
      lasting: lasting ?? false,
    })),
    tookMs: performance.now() - began,
  };
}

function verdictOf(
  endpoints: readonly EndpointStatus[],
  checks: readonly CheckReport[],
  { privateNetwork = false }: VerifyOptions,
): Verdict {
  if (privateNetwork && endpoints.every(({ problem }) => isOutOfReach(problem?.kind))) {
    return "unreachable";
  }
  return checks.some(({ outcome }) => outcome === "failed") ? "unhealthy" : "healthy";
}

const inEarnest = (finding: Finding): Finding =>
  finding.outcome === "warned" ? { ...finding, outcome: "failed" } : finding;

/** Asks when it is first wanted, and never again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
