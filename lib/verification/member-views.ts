import { listed, type Finding } from "./check";
import type { Target } from "../client";
import type { ListedMember, MemberStatus } from "./questions/answers";
import type { EndpointFacts } from "./questions/ask";

/** The member list as one member has it. */
export interface MemberView {
  readonly target: Target;
  /** Undefined if that member gave none. */
  readonly status: MemberStatus | undefined;
  readonly list: readonly ListedMember[];
}

/** Of those who gave their list. */
export function memberViews(facts: readonly EndpointFacts[]): MemberView[] {
  return facts.flatMap(({ target, status, memberList }) =>
    memberList.ok ? [{ target, status: status.ok ? status.value : undefined, list: memberList.value }] : [],
  );
}

/**
 * Members that answer, but were removed and may not have heard of it. Who is behind them in the log says nothing: a list without
 * them may be one from before they were added.
 */
export function removedMembers(views: readonly MemberView[]): Finding[] {
  return views.flatMap((view): Finding[] => {
    const { target, status } = view;
    if (status === undefined) return [];
    const without = views.filter(
      (other) =>
        !other.list.some(({ id }) => id === status.memberId) &&
        (other === view || (other.status?.raftAppliedIndex ?? 0n) > status.raftAppliedIndex),
    );
    if (without.length === 0) return [];
    const said = without.includes(view)
      ? "it says so itself"
      : `so ${without.length === 1 ? "says" : "say"} ${listed(without.map((other) => other.target.label))}`;
    return [
      {
        outcome: "failed",
        target,
        reason: `answers as ${status.memberId}, which is no longer a member (${said})`,
        remedy:
          "Stop it; if it is meant to be a member, delete its data, add it with `etcdctl member add` and start it anew.",
      },
    ];
  });
}
