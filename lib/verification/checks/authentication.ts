import {
  groupLabels,
  listed,
  type AskedEndpoint,
  type Check,
  type CheckContext,
  type Finding,
} from "../check";
import { verificationPrefix } from "../key-prefix";
import type { StatusAnswer } from "../questions/ask";
import { memberMetrics, type Metrics } from "../questions/metrics";
import { type Answer, isAboutUser, settle } from "../../client";
import { advisoriesFor } from "../releases/advisories";
import { parseRelease } from "../releases/release-number";
import { faultOf } from "./known-releases";

/** What one member says about authentication. */
interface Member {
  readonly endpoint: AskedEndpoint;
  readonly status: StatusAnswer;
  /** Undefined if it gives no answers at all. */
  readonly enabled: Answer<boolean> | undefined;
  /** Whether whoever asks may do what the checks need; undefined if nobody minds, or it cannot be asked. */
  readonly allowed: Answer<void> | undefined;
}

const grant =
  `Grant it the keys of the checks: \`etcdctl role add verify; etcdctl role grant-permission verify --prefix=true readwrite ${verificationPrefix}; ` +
  "etcdctl user grant-role USER verify`.";

export const authentication: Check = {
  id: "authentication",
  title: "whoever asks may do so, and the members agree on users and roles",
  run: async (context) => {
    const members = await Promise.all(context.endpoints.map((endpoint) => ask(context, endpoint)));
    const unasked = members.flatMap(notAsked);
    const known = members.flatMap((member) =>
      member.enabled?.ok === true ? [{ ...member, isEnabled: member.enabled.value }] : [],
    );
    if (known.length === 0) return unasked;
    const disagreement = await disagreed(context, known);
    if (disagreement !== undefined) return [disagreement, ...unasked];
    if (!known.some(({ isEnabled }) => isEnabled)) return [whereOff(context), ...unasked];

    const findings = [
      ...merged(
        members.filter(({ enabled }) => enabled !== undefined),
        refusal(context),
      ),
      ...(await differingRevisions(context, members)),
      ...faults(members),
    ];
    return [
      ...(findings.length > 0 ? findings : [{ outcome: "passed" as const, reason: whenOn(context) }]),
      ...unasked,
    ];
  },
};

async function ask(context: CheckContext, endpoint: AskedEndpoint): Promise<Member> {
  const { client } = endpoint;
  const status = await endpoint.status;
  if (!status.ok && !isAboutUser(status.problem.kind)) {
    return { endpoint, status, enabled: undefined, allowed: undefined };
  }
  const enabled = await settle(client.isAuthEnabled(context.keyPrefix));
  // Whoever finds no quorum for one question will not find one for the next, and that would cost a second deadline.
  if (!enabled.ok && !isAboutUser(enabled.problem.kind)) {
    return { endpoint, status, enabled, allowed: undefined };
  }
  const isOff = enabled.ok && !enabled.value;
  const isLearner = status.ok && status.value.isLearner;
  const allowed = isOff || isLearner ? undefined : await settle(client.mayUse(context.keyPrefix));
  return { endpoint, status, enabled, allowed };
}

/** Members about which nothing can be said. */
function notAsked({ endpoint: { target }, enabled, allowed }: Member): Finding[] {
  if (enabled === undefined) return [{ outcome: "skipped", target, reason: "does not answer" }];
  const problem = [enabled, allowed].flatMap((answer) =>
    answer === undefined || answer.ok || isAboutUser(answer.problem.kind) ? [] : [answer.problem],
  )[0];
  return problem === undefined
    ? []
    : [{ outcome: "skipped", target, reason: `could not be asked: ${problem.message}` }];
}

/** A member may just be late: before it says anything after a linearizable read, it has caught up. */
async function disagreed(
  { keyPrefix }: CheckContext,
  known: readonly (Member & { readonly isEnabled: boolean })[],
): Promise<Finding | undefined> {
  if (new Set(known.map(({ isEnabled }) => isEnabled)).size < 2) return undefined;
  const again = await Promise.all(
    known.map(async ({ endpoint: { client, target } }) => ({
      target,
      enabled: await settle(client.isAuthEnabled(keyPrefix, { isLinearizable: true })),
    })),
  );
  const labelsWhere = (value: boolean): string[] =>
    again.flatMap(({ target, enabled }) => (enabled.ok && enabled.value === value ? [target.label] : []));
  const [on, off] = [labelsWhere(true), labelsWhere(false)];
  if (on.length === 0 || off.length === 0) return undefined;
  return {
    outcome: "failed",
    reason: `authentication is enabled on ${listed(on)} and not on ${listed(off)}`,
    remedy:
      "Their stores of users and roles depart from each other: remove the members of the smaller part one by one, and let each join again empty.",
  };
}

function whereOff({ userName }: CheckContext): Finding {
  return userName === undefined
    ? { outcome: "passed", reason: "not enabled" }
    : {
        outcome: "warned",
        reason: `not enabled: anybody who reaches a client port has all rights, not only ${userName}`,
        remedy: "Enable it with `etcdctl auth enable`, or give no user.",
      };
}

const whenOn = ({ userName }: CheckContext): string =>
  `enabled, and ${userName ?? "the user of the client certificate"} may read and write below ${verificationPrefix}`;

/** Why a member does not let whoever asks do what the checks need. */
function refusal({ userName }: CheckContext): (member: Member) => Finding | undefined {
  const who = userName ?? "the user of the client certificate";
  return ({ endpoint: { target }, status, allowed }) => {
    const refused = (reason: string, remedy: string | undefined): Finding => ({
      outcome: "failed",
      target,
      reason,
      remedy,
      lasting: true,
    });
    const problem = [allowed, status].flatMap((answer) =>
      answer === undefined || answer.ok || !isAboutUser(answer.problem.kind) ? [] : [answer.problem],
    )[0];
    if (problem === undefined) return undefined;
    if (problem.kind === "user-required") return refused(problem.message, `Give a user. ${grant}`);
    if (problem.kind !== "permission-denied") {
      return refused(`${who} is refused: ${problem.message}`, problem.remedy);
    }
    if (allowed?.ok === false) {
      return refused(
        `${who} may not read and write below ${verificationPrefix}`,
        // A function: in text, `$&` in a name would stand for what is replaced.
        grant.replace("USER", () => userName ?? "USER"),
      );
    }
    // https://github.com/etcd-io/etcd/issues/21663
    return refused(
      `${who} may not ask for the status, without which nothing can be verified`,
      "Until 3.5.32 and 3.6.12 etcd gives it to nobody else than users with the role root: upgrade, or ask with such a user.",
    );
  };
}

/** One finding for all members that say the same. */
function merged(members: readonly Member[], judge: (member: Member) => Finding | undefined): Finding[] {
  const found = members.flatMap((member) => judge(member) ?? []);
  const groups = groupLabels(
    found,
    ({ target }) => target?.label ?? "",
    ({ reason }) => reason,
  );
  return [...groups].flatMap(([reason, labels]) => {
    const same = found.filter((finding) => finding.reason === reason);
    const [first] = same;
    if (first === undefined) return [];
    return labels.length === members.length ? [{ ...first, target: undefined }] : same;
  });
}

/** etcd counts the changes to users and roles; a member that counts otherwise lets other users in than the others. */
async function differingRevisions(
  { tls, budgetMs }: CheckContext,
  members: readonly Member[],
): Promise<Finding[]> {
  // Those that took the question for permissions, which went through the log: they have caught up.
  const current = members.filter(({ allowed }) => allowed?.ok === true).map(({ endpoint }) => endpoint);
  const first = await Promise.all(current.map(({ metrics }) => metrics()));
  if (revisions(current, first).size < 2) return [];
  const second = await Promise.all(
    current.map(({ target }) => settle(memberMetrics(target, tls, budgetMs()))),
  );
  const differing = revisions(current, second);
  if (differing.size < 2) return [];
  const said = [...differing].map(([revision, labels]) => `${listed(labels)}: ${revision}`).join("; ");
  return [
    {
      outcome: "failed",
      reason: `the members have different revisions of the users and roles (${said})`,
      remedy:
        "Restart the members whose revision is the older one, one by one; if that does not help, remove them and let them join again empty.",
    },
  ];
}

/** Labels by revision; etcd 3.4.8 and later tell it. */
function revisions(
  endpoints: readonly AskedEndpoint[],
  answers: readonly Answer<Metrics>[],
): Map<string, string[]> {
  const told = endpoints.flatMap(({ target }, index) => {
    const answer = answers[index];
    const revision = answer?.ok === true ? answer.value.value("etcd_debugging_auth_revision") : undefined;
    return revision === undefined ? [] : [{ label: target.label, revision: String(revision) }];
  });
  return groupLabels(
    told,
    ({ label }) => label,
    ({ revision }) => revision,
  );
}

/** What is known against these releases where authentication is enabled. */
function faults(members: readonly Member[]): Finding[] {
  const versions = new Set(members.flatMap(({ status }) => (status.ok ? [status.value.version] : [])));
  return [...versions].flatMap((text) => {
    const release = parseRelease(text);
    if (release === undefined) return [];
    return advisoriesFor(release, ["authentication"])
      .filter(({ advisory }) => advisory.concerns === "authentication")
      .map((applying) => faultOf(text, "", applying));
  });
}
