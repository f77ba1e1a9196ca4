import type { KeyRange, Member } from "../../client";
import type { Reached } from "../with-members";
import { readAny } from "./ask";
import { pagesOf, type RangeReply, type RangeRequest } from "./pages";

export interface RangeQuery {
  readonly range: KeyRange;
  /** 0 for all. */
  readonly limit: bigint;
  /** @default - the newest */
  readonly revision?: bigint | undefined;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  /** @default - by key, ascending */
  readonly sort?: {
    readonly target: "Key" | "Create" | "Mod" | "Value" | "Version";
    readonly order: "Ascend" | "Descend";
  };
  /** Whether one member may answer by itself, with what it has so far. */
  readonly isSerializable?: boolean;
}

/**
 * What a cluster has in a range, in one reply or, where there may be many keys, in several as of one revision.
 *
 * @throws EndpointProblem
 */
export function rangeReplies(
  reached: Reached,
  query: RangeQuery,
  signal: AbortSignal,
): AsyncGenerator<RangeReply> {
  const { range, limit, revision, keysOnly = false, countOnly = false, sort, isSerializable = false } = query;
  const request: RangeRequest = {
    ...range,
    ...(revision === undefined ? {} : { revision: String(revision) }),
    ...(sort === undefined ? {} : { sort_target: sort.target, sort_order: sort.order }),
    keys_only: keysOnly,
    count_only: countOnly,
    serializable: isSerializable,
  };
  const ask = (member: Member, page: RangeRequest): Promise<RangeReply> =>
    member.call((etcd, call) => etcd.kv.range(page, call), { needsQuorum: !isSerializable });
  let first: Member | undefined;
  const read = async (page: RangeRequest): Promise<RangeReply> => {
    // Of the others nobody knows whether they have come as far.
    if (isSerializable && first !== undefined) return ask(first, page);
    const { member, value } = await readAny(reached, signal, (each) => ask(each, page));
    first = member;
    return value;
  };
  const isOne = range.range_end === undefined || countOnly || sort !== undefined;
  return isOne ? once(read({ ...request, limit: String(limit) })) : pagesOf(request, limit, read);
}

async function* once(reply: Promise<RangeReply>): AsyncGenerator<RangeReply> {
  yield await reply;
}
