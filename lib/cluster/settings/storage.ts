import {
  boolean,
  compactionRetention,
  duration,
  integer,
  oneOf,
  size,
  type CompactionRetention,
} from "./kinds";
import { promotedVariable, variable, variableThenGate, type SettingRows } from "./row";
import {
  CHANGELOG_3_4,
  CHANGELOG_3_5,
  CONFIGURATION,
  DATA_CORRUPTION,
  EMBED_CONFIG,
  MAINTENANCE,
  UPGRADE_3_6,
} from "./sources";

/** The key-value store on disk: how big, how much history, and how its soundness is checked. */
export interface StorageSettings {
  /**
   * Bytes that the database may take before the NOSPACE alarm stops writes. Keep it below the memory; etcd warns above 8 GiB.
   * @default 2 GiB
   */
  readonly quotaBackendBytes: number;
  /** @default "periodic" */
  readonly autoCompactionMode: "periodic" | "revision";
  /** History to keep: a duration with mode periodic, a count with mode revision, 0 for all. @default 1 hour */
  readonly autoCompactionRetention: CompactionRetention;
  /** Revisions deleted in one go. @default - etcd's own: 1000 */
  readonly compactionBatchLimit: number;
  /** Milliseconds between two such deletions. @default - etcd's own: 10 */
  readonly compactionSleepIntervalMs: number;
  /** Milliseconds before the backend commits what it has gathered. @default - etcd's own: 100 */
  readonly backendBatchIntervalMs: number;
  /** Operations after which the backend commits. @default - etcd's own: 10000 */
  readonly backendBatchLimit: number;
  /** @default - etcd's own: "map", "array" before 3.5 */
  readonly backendBboltFreelistType: "map" | "array";
  /** Defragment at start when that frees at least so many MiB; 0 never. @default - etcd's own: 0 */
  readonly bootstrapDefragThresholdMiB: number;
  /** Compare the data with the other members before serving anyone. @default true */
  readonly initialCorruptCheck: boolean;
  /** Milliseconds between full comparisons of all members' data, which are expensive; 0 never. @default - etcd's own: 0 */
  readonly corruptCheckTimeMs: number;
  /** Let the leader compare the members' hashes of compacted revisions, which is cheap. @default true, from 3.5.5 */
  readonly compactHashCheck: boolean;
  /** Milliseconds between two such comparisons. @default - etcd's own: 60000 */
  readonly compactHashCheckTimeMs: number;
}

export const STORAGE: SettingRows<StorageSettings> = {
  quotaBackendBytes: {
    description:
      "Size that the database may reach before the NOSPACE alarm stops writes; etcd warns above 8GiB",
    kind: size({ min: 1 }),
    etcdDefault: "2GiB",
    shipped: 2 * 2 ** 30,
    sources: ["https://etcd.io/docs/v3.6/dev-guide/limit/", EMBED_CONFIG],
    spellings: [variable("ETCD_QUOTA_BACKEND_BYTES")],
  },
  autoCompactionMode: {
    description: "Whether autoCompactionRetention is a length of time or a number of revisions",
    kind: oneOf(["periodic", "revision"]),
    etcdDefault: "periodic",
    shipped: "periodic",
    sources: [MAINTENANCE],
    spellings: [variable("ETCD_AUTO_COMPACTION_MODE")],
  },
  autoCompactionRetention: {
    description: 'History to keep: "1h" with mode periodic, 1000 with mode revision, 0 to keep all of it',
    kind: compactionRetention(),
    etcdDefault: "0",
    // Without compaction history grows until the quota stops writes; clients that need more than an hour of it are rare.
    shipped: { durationMs: 3_600_000 },
    sources: [MAINTENANCE],
    spellings: [variable("ETCD_AUTO_COMPACTION_RETENTION")],
  },
  compactionBatchLimit: {
    description: "Revisions that a compaction deletes in one go",
    kind: integer({ min: 1 }),
    etcdDefault: "1000",
    sources: [CHANGELOG_3_4, UPGRADE_3_6],
    spellings: promotedVariable("COMPACTION_BATCH_LIMIT"),
  },
  compactionSleepIntervalMs: {
    description: "Pause of a compaction between two batches",
    kind: duration(),
    etcdDefault: "10ms",
    sources: [CHANGELOG_3_5, UPGRADE_3_6],
    spellings: promotedVariable("COMPACTION_SLEEP_INTERVAL", ["3.5.16"]),
  },
  backendBatchIntervalMs: {
    description: "Longest time before the backend commits what it has gathered",
    kind: duration({ min: 1 }),
    etcdDefault: "100ms",
    sources: [
      EMBED_CONFIG,
      "https://github.com/etcd-io/etcd/blob/release-3.6/server/storage/backend/backend.go",
    ],
    spellings: [variable("ETCD_BACKEND_BATCH_INTERVAL")],
  },
  backendBatchLimit: {
    description: "Operations after which the backend commits",
    kind: integer({ min: 1 }),
    etcdDefault: "10000",
    sources: [
      EMBED_CONFIG,
      "https://github.com/etcd-io/etcd/blob/release-3.6/server/storage/backend/backend.go",
    ],
    spellings: [variable("ETCD_BACKEND_BATCH_LIMIT")],
  },
  backendBboltFreelistType: {
    description: "How bbolt keeps track of free pages",
    kind: oneOf(["map", "array"]),
    etcdDefault: "map (array before 3.5)",
    sources: [CONFIGURATION, CHANGELOG_3_5],
    spellings: [
      variable("ETCD_EXPERIMENTAL_BACKEND_BBOLT_FREELIST_TYPE", ["3.4.0"], "3.4"),
      variable("ETCD_BACKEND_BBOLT_FREELIST_TYPE", ["3.5.0"]),
    ],
  },
  bootstrapDefragThresholdMiB: {
    description: "Defragment at start when that frees at least so many MiB; 0 never",
    kind: integer(),
    etcdDefault: "0",
    sources: [
      CHANGELOG_3_5,
      "https://github.com/etcd-io/etcd/blob/release-3.6/server/etcdserver/bootstrap.go",
    ],
    spellings: promotedVariable("BOOTSTRAP_DEFRAG_THRESHOLD_MEGABYTES", ["3.5.0"]),
  },
  initialCorruptCheck: {
    description: "Compare the data with the other members before serving anyone",
    kind: boolean(),
    etcdDefault: "false",
    shipped: true,
    sources: [DATA_CORRUPTION, UPGRADE_3_6],
    spellings: variableThenGate("ETCD_EXPERIMENTAL_INITIAL_CORRUPT_CHECK", "InitialCorruptCheck"),
  },
  corruptCheckTimeMs: {
    description: "Time between full comparisons of all members' data, which are expensive; 0 never",
    kind: duration(),
    etcdDefault: "0",
    sources: [DATA_CORRUPTION, UPGRADE_3_6],
    spellings: promotedVariable("CORRUPT_CHECK_TIME"),
  },
  compactHashCheck: {
    description: "Let the leader compare the members' hashes of compacted revisions, which is cheap",
    kind: boolean(),
    etcdDefault: "false",
    shipped: true,
    sources: [DATA_CORRUPTION, CHANGELOG_3_5, UPGRADE_3_6],
    spellings: variableThenGate("ETCD_EXPERIMENTAL_COMPACT_HASH_CHECK_ENABLED", "CompactHashCheck", [
      "3.5.5",
    ]),
  },
  compactHashCheckTimeMs: {
    description: "Time between two comparisons of compactHashCheck",
    // Zero or less is refused at start: Validate in embed/config.go.
    kind: duration({ min: 1 }),
    etcdDefault: "1m",
    sources: [DATA_CORRUPTION, CHANGELOG_3_5, EMBED_CONFIG],
    spellings: promotedVariable("COMPACT_HASH_CHECK_TIME", ["3.5.5"]),
  },
};
