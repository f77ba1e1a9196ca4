import { boolean, duration, integer } from "./kinds";
import { promotedVariable, variable, type SettingRows } from "./row";
import { CHANGELOG_3_5, CHANGELOG_3_6, CONFIGURATION, EMBED_CONFIG, TUNING, UPGRADE_3_6 } from "./sources";

/** Raft: elections, membership, the log. */
export interface ConsensusSettings {
  /**
   * Milliseconds between the leader's heartbeats; about the round trip between members. The same on all members.
   * @default 100
   */
  readonly heartbeatIntervalMs: number;
  /**
   * Milliseconds without a heartbeat after which a follower campaigns; at least 5 heartbeats, at most 50 s. The same on
   * all members.
   * @default 1000
   */
  readonly electionTimeoutMs: number;
  /** @default - etcd's own: true */
  readonly initialElectionTickAdvance: boolean;
  /** @default - etcd's own: true, false before 3.5 */
  readonly preVote: boolean;
  /** @default - etcd's own: true */
  readonly strictReconfigCheck: boolean;
  /** @default - etcd's own: 1 */
  readonly maxLearners: number;
  /** Committed transactions between two raft snapshots. @default - etcd's own: 10000, 100000 before 3.6 */
  readonly snapshotCount: number;
  /** Snapshot files to keep; 0 keeps all. @default - etcd's own: 5 */
  readonly maxSnapshots: number;
  /** WAL files to keep; 0 keeps all. @default - etcd's own: 5 */
  readonly maxWals: number;
  /** Milliseconds between two looks at the downgrade status; 0 turns it off. @default - etcd's own: 5000 */
  readonly downgradeCheckTimeMs: number;
}

export const CONSENSUS: SettingRows<ConsensusSettings> = {
  heartbeatIntervalMs: {
    description: "Time between the leader's heartbeats, about the round trip between members",
    kind: duration({ min: 1 }, "milliseconds"),
    etcdDefault: "100ms",
    shipped: 100,
    sources: [TUNING, EMBED_CONFIG],
    spellings: [variable("ETCD_HEARTBEAT_INTERVAL")],
  },
  electionTimeoutMs: {
    description:
      "Time without a heartbeat after which a follower campaigns: at least 5 heartbeats, better 10 round trips",
    // maxElectionMs in embed/config.go
    kind: duration({ min: 1, max: 50_000 }, "milliseconds"),
    etcdDefault: "1s",
    shipped: 1000,
    sources: [TUNING, EMBED_CONFIG],
    spellings: [variable("ETCD_ELECTION_TIMEOUT")],
  },
  initialElectionTickAdvance: {
    description: "Shorten the first election after a start; turn it off where members are far apart",
    kind: boolean(),
    etcdDefault: "true",
    sources: [EMBED_CONFIG],
    spellings: [variable("ETCD_INITIAL_ELECTION_TICK_ADVANCE")],
  },
  preVote: {
    description:
      "Ask for votes before raising the term, so that a member that comes back does not unseat the leader",
    kind: boolean(),
    etcdDefault: "true (false before 3.5)",
    sources: [CONFIGURATION, CHANGELOG_3_5],
    spellings: [variable("ETCD_PRE_VOTE")],
  },
  strictReconfigCheck: {
    description: "Refuse membership changes that would cost the quorum",
    kind: boolean(),
    etcdDefault: "true",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_STRICT_RECONFIG_CHECK")],
  },
  maxLearners: {
    description: "Learners that the cluster may have at one time",
    kind: integer({ min: 1 }),
    etcdDefault: "1",
    sources: [EMBED_CONFIG, CHANGELOG_3_6],
    spellings: [variable("ETCD_MAX_LEARNERS", ["3.6.0"])],
  },
  snapshotCount: {
    description: "Committed transactions between two raft snapshots",
    kind: integer({ min: 1 }),
    etcdDefault: "10000 (100000 before 3.6)",
    sources: [UPGRADE_3_6, "https://github.com/etcd-io/etcd/pull/21162"],
    spellings: [variable("ETCD_SNAPSHOT_COUNT")],
  },
  maxSnapshots: {
    description: "Snapshot files to keep; 0 keeps all",
    kind: integer(),
    etcdDefault: "5",
    sources: [
      CONFIGURATION,
      "https://github.com/etcd-io/etcd/pull/21160",
      "https://github.com/etcd-io/etcd/pull/22306",
    ],
    spellings: [variable("ETCD_MAX_SNAPSHOTS", ["3.4.0"], "3.7")],
  },
  maxWals: {
    description: "WAL files to keep; 0 keeps all",
    kind: integer(),
    etcdDefault: "5",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_MAX_WALS")],
  },
  downgradeCheckTimeMs: {
    description: "Time between two looks at the downgrade status; 0 turns them off",
    kind: duration(),
    etcdDefault: "5s",
    sources: [EMBED_CONFIG, CHANGELOG_3_5],
    spellings: promotedVariable("DOWNGRADE_CHECK_TIME", ["3.5.0"]),
  },
};
