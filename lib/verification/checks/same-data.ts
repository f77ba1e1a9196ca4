import { groupLabels, listed, type AskedEndpoint, type Check, type Finding } from "../check";
import { settle, type Target, withDeadline } from "../../client";
import { humanizeBytes } from "../printers/humanize-bytes";
import type { MemberStatus } from "../questions/answers";

/**
 * etcd's default quota (https://etcd.io/docs/v3.5/dev-guide/limit/): hashing takes 0.1 to 0.2 s per GB in memory, but far longer
 * from a disk, and etcd 3.4 commits no write meanwhile.
 */
const largestHashedBytes = 2 * 2 ** 30;
/** After the first deadline one second is left for all that follows. */
const laterMs = 900;

const docs = "https://etcd.io/docs/v3.5/op-guide/data_corruption/";

/** A member that is asked, and what it said of itself last. */
interface Member extends Pick<AskedEndpoint, "target" | "client"> {
  readonly status: MemberStatus;
}

/** What a member's data add up to. */
export interface Hashed {
  readonly target: Target;
  readonly version: string;
  readonly hash: number;
  /** Hashes can only be compared above the same compacted revision; -1 if nothing has been compacted. */
  readonly compactRevision: bigint;
}

/** All members, asked at the same revision. */
export interface Round {
  readonly revision: bigint;
  readonly hashed: readonly Hashed[];
  readonly notHashed: readonly NotHashed[];
}

interface NotHashed {
  readonly target: Target;
  readonly reason: string;
}

/**
 * What etcd checks itself if it is told to (`--experimental-corrupt-check-time`; server/etcdserver/corrupt.go): every member
 * hashes its keys at one revision that all of them have.
 */
export const sameData: Check = {
  id: "same-data",
  title: "all members hold the same data",
  run: async ({ endpoints, callTimeoutMs }) => {
    const until = performance.now() + callTimeoutMs + laterMs;
    const asked = await Promise.all(
      endpoints.map(async ({ target, client, status }) => ({ target, client, answer: await status })),
    );
    const members: Member[] = [];
    const skipped: Finding[] = [];
    for (const { target, client, answer } of asked) {
      const reason = answer.ok ? whyNotHashed(answer.value) : "does not answer";
      if (answer.ok && reason === undefined) members.push({ target, client, status: answer.value });
      else skipped.push({ outcome: "skipped", target, reason: reason ?? "" });
    }
    const clusters = [...new Set(members.map(({ status }) => status.clusterId))];
    const compared = clusters.map((id) =>
      compare(
        members.filter(({ status }) => status.clusterId === id),
        until,
      ),
    );
    return [...(await Promise.all(compared)).flat(), ...skipped];
  },
};

function whyNotHashed({ isLearner, dbSizeInUseBytes }: MemberStatus): string | undefined {
  // `isRPCSupportedForLearner` in https://github.com/etcd-io/etcd/blob/main/server/etcdserver/api/v3rpc/util.go
  if (isLearner) return "a learner does not hash its data";
  if (dbSizeInUseBytes <= largestHashedBytes) return undefined;
  return `hashing ${humanizeBytes(dbSizeInUseBytes)} would burden it: run \`etcdctl endpoint hashkv --cluster\` in a quiet hour`;
}

/** Looks twice before it says that data differ: a compaction under way makes hashes differ for a moment. */
async function compare(members: readonly Member[], until: number): Promise<Finding[]> {
  const first = await hashAll(members);
  if (!isToBeRepeated(first)) return judgeHashes(first);
  const tooLate = new Error("no time left");
  try {
    const leftMs = Math.max(0, until - performance.now());
    return judgeHashes(await withDeadline(hashAgain(members), leftMs, () => tooLate));
  } catch (error) {
    if (error !== tooLate) throw error;
    return [
      { outcome: "skipped", reason: "something was compacted meanwhile, and no time left to ask again" },
    ];
  }
}

async function hashAgain(members: readonly Member[]): Promise<Round> {
  const again = await Promise.all(
    members.map(async (member) => ({ member, answer: await settle(member.client.status()) })),
  );
  return hashAll(
    again.map(({ member, answer }) => (answer.ok ? { ...member, status: answer.value } : member)),
  );
}

async function hashAll(members: readonly Member[]): Promise<Round> {
  const revision = members
    .map(({ status }) => status.revision)
    .reduce((lowest, value) => (value < lowest ? value : lowest));
  const answers = await Promise.all(
    members.map(async ({ target, client, status }) => {
      const answer = await settle(client.hashKv(revision));
      return { target, version: status.version, answer };
    }),
  );
  return {
    revision,
    hashed: answers.flatMap(({ target, version, answer }) =>
      answer.ok ? [{ target, version, ...answer.value }] : [],
    ),
    notHashed: answers.flatMap(({ target, answer }) =>
      answer.ok ? [] : [{ target, reason: `gave no hash: ${answer.problem.message}` }],
    ),
  };
}

/** Members that do not hash alike, or are not comparable because of a compaction that came between. */
const isToBeRepeated = ({ hashed, notHashed }: Round): boolean =>
  new Set(hashed.map(({ hash, compactRevision }) => `${hash} ${compactRevision}`)).size > 1 ||
  notHashed.some(({ reason }) => reason.includes("has been compacted"));

export function judgeHashes({ revision, hashed, notHashed }: Round): Finding[] {
  const compactions = groupLabels(
    hashed,
    ({ target }) => target.label,
    ({ compactRevision }) => String(compactRevision),
  );
  const [compactRevision] = bySize(compactions)[0] ?? [];
  const isComparable = (member: Hashed): boolean => String(member.compactRevision) === compactRevision;
  const skipped = [
    ...notHashed,
    ...hashed
      .filter((member) => !isComparable(member))
      .map(({ target }) => ({ target, reason: "compacted its data meanwhile" })),
  ].map(({ target, reason }): Finding => ({ outcome: "skipped", target, reason }));
  return [...judgeComparable(revision, hashed.filter(isComparable), skipped.length === 0), ...skipped];
}

function judgeComparable(revision: bigint, hashed: readonly Hashed[], isAll: boolean): Finding[] {
  const groups = bySize(
    groupLabels(
      hashed,
      ({ target }) => target.label,
      ({ hash }) => hex(hash),
    ),
  );
  const [largest, second] = groups;
  if (largest === undefined) return [];
  const [hash, labels] = largest;
  if (second === undefined) {
    return hashed.length === 1 && !isAll
      ? [{ outcome: "skipped", reason: `nobody to compare ${listed(labels)} with` }]
      : [{ outcome: "passed", reason: `hash ${hash} at revision ${revision}` }];
  }
  const { outcome, remedy } = meaning(hashed);
  if (labels.length * 2 <= hashed.length) {
    const said = groups.map(([value, group]) => `${listed(group)}: ${value}`).join("; ");
    return [
      {
        outcome,
        reason: `the members hold different data at revision ${revision} (${said})`,
        remedy,
        lasting: true,
      },
    ];
  }
  return hashed
    .filter((member) => hex(member.hash) !== hash)
    .map((member) => ({
      outcome,
      target: member.target,
      reason: `holds other data than ${listed(labels)}: hash ${hex(member.hash)} instead of ${hash} at revision ${revision}`,
      remedy,
      lasting: true,
    }));
}

function meaning(hashed: readonly Hashed[]): Pick<Finding, "outcome" | "remedy"> {
  const versions = new Set(hashed.map(({ version }) => version));
  // Some releases keep a tombstone at the compacted revision and others do not: https://github.com/etcd-io/etcd/pull/18274
  return versions.size > 1
    ? {
        outcome: "warned",
        remedy: `Releases may hash the same data differently (${listed([...versions])}): finish the upgrade, compact, and verify again.`,
      }
    : {
        outcome: "failed",
        remedy: `Save a snapshot of a member with the right data. Then remove the wrong one, delete its data and add it anew: ${docs}.`,
      };
}

const bySize = (groups: ReadonlyMap<string, readonly string[]>): (readonly [string, readonly string[]])[] =>
  [...groups].sort(([, one], [, other]) => other.length - one.length);

const hex = (hash: number): string => hash.toString(16).padStart(8, "0");
