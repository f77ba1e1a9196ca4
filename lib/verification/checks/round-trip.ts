import type { Check, CheckContext, Finding } from "../check";
import { judgeMetrics, type Measured } from "../judge-metrics";
import type { ListedMember } from "../questions/answers";
import type { Histogram } from "../questions/histogram";

const METRIC = "etcd_network_peer_round_trip_time_seconds";

/** etcd's defaults: https://etcd.io/docs/v3.5/tuning/#time-parameters */
const DEFAULT_HEARTBEAT_MS = 100;
const DEFAULT_ELECTION_MS = 1000;
/** "normally around 0.5-1.5x the round-trip time": https://etcd.io/docs/v3.5/tuning/#time-parameters */
const LEAST_HEARTBEAT_PER_ROUND_TRIP = 0.5;
/** "Election timeouts must be at least 10 times the round-trip time": same place. */
const LEAST_ELECTION_PER_ROUND_TRIP = 10;

/**
 * What a member observes is no single round trip but a moving average that begins at 0 (α = 0.125, one probe every 4 s), first after
 * 5 s and then every 30 s, by two probers: etcdserver/api/rafthttp/probing_status.go and https://github.com/xiang90/probing. Three
 * times two are there after a minute, when it has come up to 88 % of the truth. So it may be too low at first, never too high.
 */
const MIN_OBSERVATIONS = 6;

export const roundTrip: Check = {
  id: "round-trip",
  title: "no round trip between members is too long for the heartbeat interval and the election timeout",
  run: (context) => judgeMetrics(context, (member) => judge(context, member)),
};

async function judge(context: CheckContext, { target, measured }: Measured): Promise<Finding[]> {
  const facts = await context.facts;
  const own = facts.find((fact) => fact.target === target)?.memberList;
  const peers = own?.ok === true ? own.value : [];
  const longest = longestRoundTrip(measured.histogramsBy(METRIC, "To"), peers);
  return longest === undefined
    ? [{ outcome: "passed", target, reason: notMeasured(peers) }]
    : [{ ...judgeRoundTrip(longest, context.expectation), target }];
}

const notMeasured = (peers: readonly ListedMember[]): string =>
  peers.length === 1 ? "has no peers" : "not measured yet: etcd needs a minute after its start";

export interface RoundTrip {
  /** The other member's name, or its ID. */
  readonly to: string;
  readonly ms: number;
  readonly observations: number;
}

/** The longest of the typical round trips to each peer: etcd's advice speaks of "the maximum of average round-trip time". */
export function longestRoundTrip(
  histograms: ReadonlyMap<string, Histogram>,
  members: readonly ListedMember[],
): RoundTrip | undefined {
  const all = [...histograms].flatMap(([id, histogram]): RoundTrip[] => {
    const member = members.find((candidate) => candidate.id === id);
    // A member that was removed is still among the metrics.
    if (members.length > 0 && member === undefined) return [];
    if (histogram.count < MIN_OBSERVATIONS) return [];
    const to = member === undefined || member.name === "" ? id : member.name;
    return [{ to, ms: typicalMs(histogram), observations: histogram.count }];
  });
  return all.sort((a, b) => b.ms - a.ms)[0];
}

/**
 * The average is exact, but one stall of seconds lifts it for hours; the median bears that, but is as coarse as the buckets, each
 * of which reaches to twice the one before. Whichever is lower does not exaggerate.
 */
function typicalMs(histogram: Histogram): number {
  return Math.min(histogram.mean ?? 0, histogram.quantile(0.5) ?? 0) * 1000;
}

export interface Timing {
  /** @default 100, as etcd's */
  readonly heartbeatIntervalMs?: number | undefined;
  /** @default 1000, as etcd's */
  readonly electionTimeoutMs?: number | undefined;
}

/** @param timing `undefined` if nobody knows what the members were started with: no metric tells */
export function judgeRoundTrip({ to, ms, observations }: RoundTrip, timing: Timing | undefined): Finding {
  const heartbeatMs = timing?.heartbeatIntervalMs ?? DEFAULT_HEARTBEAT_MS;
  const electionMs = timing?.electionTimeoutMs ?? DEFAULT_ELECTION_MS;
  const seen = `${ms.toFixed(ms < 10 ? 1 : 0)} ms to ${to} (${observations} measurements since it started)`;
  const settings = `--heartbeat-interval=${heartbeatMs} and --election-timeout=${electionMs}`;
  const fits =
    heartbeatMs >= LEAST_HEARTBEAT_PER_ROUND_TRIP * ms && electionMs >= LEAST_ELECTION_PER_ROUND_TRIP * ms;
  if (fits) return { outcome: "passed", reason: `at most ${seen}` };
  if (timing === undefined) {
    return {
      outcome: "skipped",
      reason: `${seen} is too long for etcd's defaults (${settings}), and what this member was started with is not known here`,
    };
  }
  const wanted = settingsFor(ms);
  return {
    outcome: "warned",
    reason: `${seen} is too long for ${settings}`,
    remedy: `Set --heartbeat-interval=${wanted.heartbeatMs} and --election-timeout=${wanted.electionMs} on all members, or bring them closer together: https://etcd.io/docs/v3.5/tuning/`,
  };
}

/** A heartbeat for each round trip and ten of them for an election, in round numbers. */
function settingsFor(roundTripMs: number): { heartbeatMs: number; electionMs: number } {
  const heartbeatMs = Math.ceil(roundTripMs / 10) * 10;
  return { heartbeatMs, electionMs: LEAST_ELECTION_PER_ROUND_TRIP * heartbeatMs };
}
