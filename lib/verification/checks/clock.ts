import type { AskedEndpoint, Check, CheckContext, Finding } from "../check";
import { pause, settle, type Target } from "../../client";
import { judgeMetrics } from "../judge-metrics";
import { aheadMs, narrow, ownClockReading, type ClockReading } from "../questions/clock-reading";
import { httpGet } from "../questions/http-get";

/** Where etcd itself warns, "prober found high clock drift": etcdserver/api/rafthttp/probing_status.go */
const MAX_BETWEEN_MEMBERS_MS = 1000;
/** Certificates made here begin a minute before now: whoever is further behind does not accept them yet. */
const MAX_TO_THIS_MACHINE_MS = 60_000;

/** Readings of clocks that agree have more than this in common, unless a second ended in between. */
const ENOUGH_OVERLAP_MS = 250;
/** With less left, a closer look would last longer than all the rest: the budget of a last question (`budgetMs`). */
const NO_TIME_MS = 800;
const LOOKS = 3;
/** Each look falls into another quarter of the second. */
const LOOK_INTERVAL_MS = 250;

export interface MemberClock {
  readonly target: Target;
  readonly reading: ClockReading;
}

/**
 * A warning and never a failure: raft and leases go by the monotonic clock, so the cluster does its work. What suffers are
 * certificates (not valid yet, or expired, on one member only), JWT tokens and whoever compares logs.
 */
export const clock: Check = {
  id: "clock",
  title: "the members' clocks agree with each other and with this machine's",
  run: async (context) => {
    const members: (MemberClock & AskedEndpoint)[] = [];
    const skipped = await judgeMetrics(context, (member) => {
      const reading = member.measured.clock;
      if (reading !== undefined) members.push({ ...member, reading });
      return reading === undefined
        ? [{ outcome: "skipped", target: member.target, reason: "does not tell its time" }]
        : [];
    });
    if (members.length === 0) return skipped;
    const precise = needCloserLook(members) ? await lookCloser(context, members) : members;
    return [...skipped, ...judgeClocks(precise, ownClockReading())];
  },
};

/** Whole seconds leave it open in which part of the second two clocks differ. */
export function needCloserLook(members: readonly MemberClock[]): boolean {
  const { first, last } = extremes(members);
  return first !== last && aheadMs(last.reading, first.reading) > -ENOUGH_OVERLAP_MS;
}

async function lookCloser(
  context: CheckContext,
  members: readonly (MemberClock & AskedEndpoint)[],
): Promise<readonly MemberClock[]> {
  const budgetMs = context.budgetMs();
  if (budgetMs <= NO_TIME_MS) return members;
  const until = performance.now() + budgetMs;
  return Promise.all(
    members.map(async ({ target, reading }) => {
      let known = reading;
      for (let look = 0; look < LOOKS && (await pause(LOOK_INTERVAL_MS, context.signal)); look += 1) {
        const leftMs = until - performance.now();
        if (leftMs < LOOK_INTERVAL_MS) break;
        const answer = await settle(httpGet(target, "/version", context.tls, leftMs));
        if (answer.ok && answer.value.clock !== undefined) known = narrow(known, answer.value.clock);
      }
      return { target, reading: known };
    }),
  );
}

/** @param members at least one */
export function judgeClocks(members: readonly MemberClock[], own: ClockReading): Finding[] {
  const { first, middle, last } = extremes(members);
  if (aheadMs(last.reading, first.reading) > MAX_BETWEEN_MEMBERS_MS) {
    const far = members.filter((member) => distanceMs(member, middle) > MAX_BETWEEN_MEMBERS_MS);
    return (far.length > 0 ? far : [last]).map((member) => {
      const other = far.length > 0 ? middle : first;
      const reason = `its clock is ${difference(member.reading, other.reading)} ${other.target.label}'s`;
      return { outcome: "warned", target: member.target, reason, remedy };
    });
  }
  if (members.every(({ reading }) => offMs(reading, own) > MAX_TO_THIS_MACHINE_MS)) {
    const reason = `the members agree, but their clocks are ${difference(middle.reading, own)} this machine's`;
    return [{ outcome: "warned", reason, remedy: ownRemedy }];
  }
  const readings = members.map(({ reading }) => reading);
  const apartMs =
    Math.max(...readings.map(({ latestMs }) => latestMs)) -
    Math.min(...readings.map(({ earliestMs }) => earliestMs));
  return [
    {
      outcome: "passed",
      reason:
        members.length === 1
          ? `within ${seconds(Math.max(...bounds(middle.reading, own).map(Math.abs)))} of this machine's`
          : `at most ${seconds(apartMs)} apart`,
    },
  ];
}

const remedy =
  "Let chrony or systemd-timesyncd keep the time on every member: certificates and JWT tokens that are valid on one are not on another.";
const ownRemedy =
  "It may be this machine's clock that is wrong: certificates made here may be refused there as not valid yet.";

interface Extremes {
  readonly first: MemberClock;
  readonly middle: MemberClock;
  readonly last: MemberClock;
}

/** The clock that is furthest behind for certain, the one in the middle, the one that is furthest ahead for certain. */
function extremes(members: readonly MemberClock[]): Extremes {
  const sortedBy = (of: (reading: ClockReading) => number): MemberClock[] =>
    [...members].sort((a, b) => of(a.reading) - of(b.reading));
  const [first] = sortedBy(({ latestMs }) => latestMs);
  const byCentre = sortedBy(({ earliestMs, latestMs }) => earliestMs + latestMs);
  const middle = byCentre[Math.floor((byCentre.length - 1) / 2)];
  const last = sortedBy(({ earliestMs }) => earliestMs).at(-1);
  if (first === undefined || middle === undefined || last === undefined) throw new Error("no clocks");
  return { first, middle, last };
}

/** By how much two clocks differ for certain, whichever is ahead. */
const offMs = (clock: ClockReading, other: ClockReading): number =>
  Math.max(aheadMs(clock, other), aheadMs(other, clock));

const distanceMs = (member: MemberClock, other: MemberClock): number => offMs(member.reading, other.reading);

/** The least and the most that one clock is ahead of another. */
const bounds = (clock: ClockReading, other: ClockReading): [number, number] => [
  aheadMs(clock, other),
  clock.latestMs - other.earliestMs,
];

/** `2.3 to 2.6 s ahead of`, `75.0 to 76.0 s behind` */
function difference(clock: ClockReading, other: ClockReading): string {
  const isAhead = aheadMs(clock, other) > 0;
  const [least, most] = isAhead ? bounds(clock, other) : bounds(other, clock);
  return `${(least / 1000).toFixed(1)} to ${seconds(most)} ${isAhead ? "ahead of" : "behind"}`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
