import {
  keyValueOf,
  prefixRange,
  settle,
  type Answer,
  type EndpointProblem,
  type KeyValue,
  type Member,
} from "../../client";
import { standingOf, type Standing } from "./standing";

/** What stands under prefixes, all as of one revision. */
export interface Listing {
  /** In the order of the prefixes; a problem where the user may not read them. */
  readonly contents: readonly Answer<readonly KeyValue[]>[];
  /** `undefined` if not a single one could be read. */
  readonly standing: Standing | undefined;
}

/**
 * A thousand questions at once take a member so long that it passes for a silent one. etcd takes 128 of them in one request unless it is
 * told otherwise (`--max-txn-ops`).
 */
const AT_A_TIME = 64;

/** @throws EndpointProblem for anything but a lack of permission */
export async function listScopes(member: Member, prefixes: readonly string[]): Promise<Listing> {
  const contents: Answer<readonly KeyValue[]>[] = [];
  let standing: Standing | undefined;
  while (standing === undefined && contents.length < prefixes.length) {
    const first = await listSome(member, prefixes.slice(contents.length, contents.length + AT_A_TIME));
    contents.push(...first.contents);
    standing = first.standing;
  }
  const rest: Promise<Listing>[] = [];
  for (let index = contents.length; index < prefixes.length; index += AT_A_TIME)
    rest.push(listSome(member, prefixes.slice(index, index + AT_A_TIME), standing?.revision));
  for (const listing of await Promise.all(rest)) contents.push(...listing.contents);
  return { contents, standing };
}

/** @param revision @default - the latest one, which the answer tells */
async function listSome(member: Member, prefixes: readonly string[], revision?: bigint): Promise<Listing> {
  const answer = await settle(rangeAll(member, prefixes, revision));
  if (answer.ok) {
    const { contents, standing } = answer.value;
    return { contents: contents.map((value) => ({ ok: true, value })), standing };
  }
  if (!mayPassAlone(answer.problem)) throw answer.problem;
  if (prefixes.length === 1) return { contents: [answer], standing: undefined };
  return listOneByOne(member, prefixes, revision);
}

async function listOneByOne(
  member: Member,
  prefixes: readonly string[],
  revision: bigint | undefined,
): Promise<Listing> {
  const contents: Answer<readonly KeyValue[]>[] = [];
  let standing: Standing | undefined;
  for (const prefix of prefixes) {
    const one = await listSome(member, [prefix], revision ?? standing?.revision);
    contents.push(...one.contents);
    standing ??= one.standing;
  }
  return { contents, standing };
}

async function rangeAll(
  member: Member,
  prefixes: readonly string[],
  revision?: bigint,
): Promise<{ readonly contents: readonly (readonly KeyValue[])[]; readonly standing: Standing }> {
  // This very member has shown that revision, so it needs nobody's consent to show more of it.
  const asOf = revision === undefined ? {} : { revision: String(revision), serializable: true };
  const success = prefixes.map((prefix) => ({ request_range: { ...prefixRange(prefix), ...asOf } }));
  const { responses, header } = await member.call((etcd, options) => etcd.kv.txn({ success }, options), {
    needsQuorum: revision === undefined,
  });
  return {
    contents: responses.map(({ response_range }) => response_range.kvs.map(keyValueOf)),
    standing: standingOf(header),
  };
}

/** One that the user may not read has all be refused, and so does a member that takes fewer at a time. */
const mayPassAlone = ({ kind, detail }: EndpointProblem): boolean =>
  kind === "permission-denied" || detail.includes("too many operations");
