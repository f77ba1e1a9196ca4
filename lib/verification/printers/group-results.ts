import { listed, type Outcome } from "../check";
import type { CheckResult } from "../report";

/** More than these are counted instead of named. */
const namedAtMost = 3;

/** Results that say the same of one or more members, in the order in which they came. */
export interface ResultGroup {
  readonly outcome: Outcome;
  /** `etcd-1 (http://…)`, `etcd-1, etcd-2 and etcd-3`, `etcd-3 and 41 more`; `undefined`: the cluster as a whole. */
  readonly who: string | undefined;
  readonly reason: string;
  readonly remedy: string | undefined;
  /** Whether `who` and `reason` leave out what one of the results says. */
  readonly isAbridged: boolean;
  readonly results: readonly CheckResult[];
}

/**
 * Puts together what differs only in who it is about and in figures, so that 200 members with one problem are one line. A
 * few members with figures of their own stay apart: their figures are worth a line each.
 */
export function groupResults(results: readonly CheckResult[]): ResultGroup[] {
  return [...groupBy(results, alike).values()].flatMap((members) => {
    const isSame = new Set(members.map(({ reason, remedy }) => `${reason}\n${remedy ?? ""}`)).size === 1;
    return isSame || members.length > namedAtMost
      ? [toGroup(members, isSame)]
      : members.map((member) => toGroup([member], true));
  });
}

/** Everything that was skipped, over all checks: whoever does not answer is named once and not with every check. */
export function groupSkipped(
  checks: readonly { readonly id: string; readonly results: readonly CheckResult[] }[],
): { readonly who: string | undefined; readonly reason: string; readonly checkIds: readonly string[] }[] {
  const skipped = checks.flatMap(({ id, results }) =>
    groupResults(results.filter(({ outcome }) => outcome === "skipped")).map((group) => ({ id, group })),
  );
  return [...groupBy(skipped, ({ group }) => JSON.stringify([group.who, group.reason])).values()].flatMap(
    (same) => {
      const [first] = same;
      return first === undefined
        ? []
        : [{ who: first.group.who, reason: first.group.reason, checkIds: same.map(({ id }) => id) }];
    },
  );
}

/** Whom a result is about, as everywhere in the outputs. */
export function whoOf({ member, endpoint }: Pick<CheckResult, "member" | "endpoint">): string | undefined {
  return member ?? endpoint;
}

function toGroup(results: readonly CheckResult[], isSame: boolean): ResultGroup {
  const [first] = results;
  if (first === undefined) throw new Error("a group has members");
  const names = [...new Set(results.map(whoOf).filter((name) => name !== undefined))];
  const others = results.length - 1;
  return {
    outcome: first.outcome,
    who: isSame || results.length === 1 ? namesOf(names, first) : whoOf(first),
    reason: isSame ? first.reason : `${first.reason}, and ${others} more like it`,
    remedy: first.remedy,
    isAbridged: !isSame || names.length > namedAtMost,
    results,
  };
}

function namesOf(names: readonly string[], first: CheckResult): string | undefined {
  const [name] = names;
  if (names.length > namedAtMost) return `${name} and ${names.length - 1} more`;
  if (names.length > 1) return listed(names);
  return name !== undefined && first.member !== undefined && first.endpoint !== undefined
    ? `${name} (${first.endpoint})`
    : name;
}

/** What is left of a result without who it is about and without figures. */
function alike(result: CheckResult): string {
  const anonymous = (text: string): string =>
    [result.endpoint, result.member]
      .reduce<string>((left, name) => (name === undefined ? left : left.replaceAll(name, "…")), text)
      .replace(/\d+/g, "0");
  return JSON.stringify([result.outcome, anonymous(result.reason), anonymous(result.remedy ?? "")]);
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
