import { keyValueOf, prefixRange, settle, type Answer, type KeyValue, type Member } from "../../client";
import { standingOf, type Standing } from "./standing";

/** What stands under prefixes, all as of one revision. */
export interface Listing {
  /** In the order of the prefixes; a problem where the user may not read them. */
  readonly contents: readonly Answer<readonly KeyValue[]>[];
  /** `undefined` if not a single one could be read. */
  readonly standing: Standing | undefined;
}

/** @throws EndpointProblem for anything but a lack of permission */
export async function listScopes(member: Member, prefixes: readonly string[]): Promise<Listing> {
  const contents: Answer<readonly KeyValue[]>[] = [];
  let standing: Standing | undefined;
  for (const prefix of prefixes) {
    // One after the other until one tells the revision.
    const answer = await allowed(range(member, prefix));
    contents.push(answer.ok ? { ok: true, value: answer.value.kvs } : answer);
    if (answer.ok) {
      standing = answer.value.standing;
      break;
    }
  }
  const revision = standing?.revision;
  const rest = prefixes.slice(contents.length).map(async (prefix): Promise<Answer<readonly KeyValue[]>> => {
    const answer = await allowed(range(member, prefix, revision));
    return answer.ok ? { ok: true, value: answer.value.kvs } : answer;
  });
  return { contents: [...contents, ...(await Promise.all(rest))], standing };
}

async function range(
  member: Member,
  prefix: string,
  revision?: bigint,
): Promise<{ readonly kvs: readonly KeyValue[]; readonly standing: Standing }> {
  // This very member has shown that revision, so it needs nobody's consent to show more of it.
  const asOf = revision === undefined ? {} : { revision: String(revision), serializable: true };
  const { kvs, header } = await member.call(
    (etcd, options) => etcd.kv.range({ ...prefixRange(prefix), ...asOf }, options),
    { needsQuorum: revision === undefined },
  );
  return { kvs: kvs.map(keyValueOf), standing: standingOf(header) };
}

/** What one user may not read is no fault of the member. */
async function allowed<T>(promise: Promise<T>): Promise<Answer<T>> {
  const answer = await settle(promise);
  if (!answer.ok && answer.problem.kind !== "permission-denied") throw answer.problem;
  return answer;
}
