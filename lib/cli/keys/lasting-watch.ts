import {
  classify,
  pause,
  settle,
  untilAborted,
  type EndpointProblem,
  type KeyRange,
  type KeyValue,
  type Member,
  type RawHeader,
  type WatchReply,
} from "../../client";
import { ExternalError } from "../../errors";
import type { Reached } from "../with-members";
import { readAny } from "./ask";

export interface LastingWatchOptions {
  readonly range: KeyRange;
  /** First revision to be told of. @default - what comes from now on */
  readonly startRevision?: bigint | undefined;
  readonly withPrevious: boolean;
}

export interface WatchTeller {
  /** Events in order, each once. Settles when they are told, and never fails: of what waits for that there is never much. */
  happened(reply: WatchReply): Promise<void>;
  /** Nobody can confirm that nothing has happened; `undefined`: somebody can again. */
  troubled(problem: EndpointProblem | undefined): void;
}

/** How often a member is asked whether it still has a majority behind it, and the stream whether it is alive. */
const CHECK_EVERY_MS = 1000;

/** After all members have failed. An election takes a second or more (`--election-timeout`, 1000 ms by default). */
const PAUSE_MS = 500;

/** After a stream, so that one which every member refuses is not asked for all the time. */
const AGAIN_AFTER_MS = 50;

/** As much waits for a slow reader at most, and one reply more, in which etcd sends up to 1000 revisions (`watchBatchMaxRevs`). */
const MOST_UNTOLD_BYTES = 16 * 1024 * 1024;

/** What a member says of who asks, or of what is asked for: all would say the same. */
const finalKinds = ["user-required", "wrong-password", "permission-denied", "compacted"];

/** What was seen of the cluster's history. */
interface Standing {
  readonly clusterId: string;
  revision: bigint;
}

/**
 * Watches a range for as long as the signal lets it, at one member after another when they die, freeze or are cut off.
 *
 * @throws EndpointProblem for what does not pass by itself; ExternalError when the cluster is not the same any more
 */
export async function watchLasting(
  reached: Reached,
  { range, startRevision, withPrevious }: LastingWatchOptions,
  teller: WatchTeller,
  signal: AbortSignal,
): Promise<void> {
  let next = startRevision;
  let before: Standing | undefined;
  let untoldBytes = 0;
  let told = Promise.resolve();
  for (;;) {
    const found = await findMember(reached, range, teller, signal);
    if (found === undefined) return;
    const seen = expectSame(found.header, before);
    before = seen;
    next ??= seen.revision + 1n;
    const watch = new OneWatch(found.member, range, withPrevious, (reply) => {
      const last = reply.events.at(-1);
      if (last !== undefined) {
        seen.revision = last.kv.modRevision;
        next = seen.revision + 1n;
      }
      const bytes = sizeOf(reply);
      untoldBytes += bytes;
      told = teller.happened(reply).then(() => {
        untoldBytes -= bytes;
      });
      return untoldBytes <= MOST_UNTOLD_BYTES;
    });
    const problem = await watch.last(next, signal);
    if (problem !== undefined && finalKinds.includes(problem.kind)) throw problem;
    // The cluster keeps the rest until then.
    if (untoldBytes > MOST_UNTOLD_BYTES) await untilAborted(told, signal).catch(() => undefined);
    if (!(await pause(AGAIN_AFTER_MS, signal))) return;
  }
}

/** @returns one that a majority stands behind, as long as it takes; `undefined` when the signal comes first */
async function findMember(
  reached: Reached,
  { key }: KeyRange,
  teller: WatchTeller,
  signal: AbortSignal,
): Promise<{ readonly member: Member; readonly header: RawHeader } | undefined> {
  let isTroubled = false;
  while (!signal.aborted) {
    const answer = await settle(readAny(reached, signal, (each) => standing(each, key))).catch(
      (error: unknown) => {
        if (!signal.aborted) throw error;
      },
    );
    if (answer === undefined) return undefined;
    if (answer.ok) {
      if (isTroubled) teller.troubled(undefined);
      return { member: answer.value.member, header: answer.value.value };
    }
    if (finalKinds.includes(answer.problem.kind)) throw answer.problem;
    if (!isTroubled) teller.troubled(answer.problem);
    isTroubled = true;
    await pause(PAUSE_MS, signal);
  }
  return undefined;
}

async function standing(member: Member, key: Buffer, callTimeoutMs?: number): Promise<RawHeader> {
  const { header } = await member.call(
    (etcd, call) => etcd.kv.range({ key, keys_only: true }, call),
    callTimeoutMs === undefined ? {} : { callTimeoutMs },
  );
  return header;
}

/** A cluster that was restored or begun anew has another history, in which the revisions seen so far mean nothing. */
function expectSame({ cluster_id, revision }: RawHeader, before: Standing | undefined): Standing {
  const now: Standing = { clusterId: cluster_id, revision: BigInt(revision) };
  if (before === undefined || (now.clusterId === before.clusterId && now.revision >= before.revision))
    return now;
  throw new ExternalError(
    `the cluster is not the one that was watched: it was begun anew, or restored from a snapshot (revision ${before.revision} before, ${now.revision} now)`,
    { remedy: "Read the keys again, and watch from there." },
  );
}

/** On one stream of one member. */
class OneWatch {
  private heardAt = performance.now();

  constructor(
    private readonly member: Member,
    private readonly range: KeyRange,
    private readonly withPrevious: boolean,
    /** @returns whether there may be more */
    private readonly happened: (reply: WatchReply) => boolean,
  ) {}

  /** Until the stream is over, or the signal. @returns why */
  async last(startRevision: bigint, signal: AbortSignal): Promise<EndpointProblem | undefined> {
    const over = new AbortController();
    let problem: EndpointProblem | undefined;
    const end = (cause: EndpointProblem | undefined): void => {
      if (over.signal.aborted) return;
      problem = cause;
      over.abort();
    };
    const opening = await settle(
      this.member.watch({
        reply: (reply) => {
          if (over.signal.aborted) return;
          this.heardAt = performance.now();
          if (reply.isCanceled) end(problemOf(reply));
          else if (reply.events.length > 0 && !this.happened(reply)) end(undefined);
        },
        ended: end,
      }),
    );
    if (!opening.ok) return opening.problem;
    const stream = opening.value;
    stream.create({ ...this.range, watchId: 1, startRevision, withPrevious: this.withPrevious });
    const silence = await this.silenceOf(
      () => stream.requestProgress(),
      AbortSignal.any([over.signal, signal]),
    );
    over.abort();
    stream.close();
    return problem ?? silence;
  }

  /** Asks again and again. @returns why nothing can come of the stream any more */
  private async silenceOf(
    requestProgress: () => void,
    signal: AbortSignal,
  ): Promise<EndpointProblem | undefined> {
    while (await pause(CHECK_EVERY_MS, signal)) {
      const answer = await settle(standing(this.member, this.range.key, CHECK_EVERY_MS));
      if (signal.aborted) return undefined;
      const silentMs = performance.now() - this.heardAt;
      // Two requests stayed without an answer, although the member answers others.
      if (answer.ok && silentMs < 3 * CHECK_EVERY_MS) {
        requestProgress();
        continue;
      }
      this.member.suspect();
      return answer.ok ? tooLate(silentMs) : answer.problem;
    }
    return undefined;
  }
}

function sizeOf({ events }: WatchReply): number {
  const size = ({ key, value }: KeyValue): number => key.length + value.length;
  return events.reduce((sum, { kv, previous }) => sum + size(kv) + (previous ? size(previous) : 0), 0);
}

function problemOf({ cancelReason, compactRevision }: WatchReply): EndpointProblem {
  const reason =
    compactRevision > 0n ? "etcdserver: mvcc: required revision has been compacted" : cancelReason;
  return classify(new Error(reason), { callTimeoutMs: 0, needsQuorum: false });
}

function tooLate(ms: number): EndpointProblem {
  return classify(new Error("Deadline exceeded"), { callTimeoutMs: Math.round(ms), needsQuorum: false });
}
