import { prefixRange, type Member, type RawHeader } from "../../client";

/** Where a cluster stands in its history, as a member tells with every answer that a majority stands behind. */
export interface Standing {
  readonly clusterId: string;
  readonly revision: bigint;
  /** That of the last entry which was applied, so it never sinks either. */
  readonly raftTerm: bigint;
}

export function standingOf({ cluster_id, revision, raft_term }: RawHeader): Standing {
  return { clusterId: cluster_id, revision: BigInt(revision), raftTerm: BigInt(raft_term) };
}

/**
 * Asks a member for something that only a majority can answer: one that is frozen or cut off from the others does not. Of one key, which
 * is the cheapest read there is; whoever may read the keys that begin with `prefix` may read this one.
 *
 * @throws EndpointProblem
 */
export async function readStanding(
  member: Member,
  prefix: string,
  callTimeoutMs?: number,
): Promise<Standing> {
  const { key } = prefixRange(prefix);
  const { header } = await member.call(
    (etcd, options) => etcd.kv.range({ key, keys_only: true }, options),
    callTimeoutMs === undefined ? {} : { callTimeoutMs },
  );
  return standingOf(header);
}

/**
 * Whether an answer can be of the same history as one that was there before it was asked for. It cannot if the cluster is another one, or
 * has lost what it knew: restored from a snapshot, or begun anew.
 */
export function continues(now: Standing, before: Standing | undefined): boolean {
  return (
    before === undefined ||
    (now.clusterId === before.clusterId && now.revision >= before.revision && now.raftTerm >= before.raftTerm)
  );
}

/** The later of two of the same history. */
export function later(one: Standing, other: Standing | undefined): Standing {
  return other === undefined || continues(one, other) ? one : other;
}
