import { boolean, duration, integer, size } from "./kinds";
import { promotedVariable, variable, variableThenGate, type SettingRows } from "./row";
import { CHANGELOG_3_4, CHANGELOG_3_5, CONFIGURATION, EMBED_CONFIG, UPGRADE_3_6 } from "./sources";

/** What clients may send, and how connections, watches and leases are kept. */
export interface RequestSettings {
  /** Bytes of the largest request; etcd warns above 10 MiB. @default - etcd's own: 1.5 MiB */
  readonly maxRequestBytes: number;
  /** Operations in one transaction. @default - etcd's own: 128 */
  readonly maxTxnOps: number;
  /** Streams that one client connection may have open. @default - etcd's own: 4294967295 */
  readonly maxConcurrentStreams: number;
  /** Shortest time in milliseconds between a client's pings that etcd puts up with. @default - etcd's own: 5000 */
  readonly grpcKeepaliveMinTimeMs: number;
  /** Milliseconds between etcd's pings to a client; 0 never. @default - etcd's own: 7200000 */
  readonly grpcKeepaliveIntervalMs: number;
  /** Milliseconds that etcd waits for the answer to a ping before it hangs up. @default - etcd's own: 20000 */
  readonly grpcKeepaliveTimeoutMs: number;
  /** Milliseconds between progress notes on idle watches, at least 100. @default - etcd's own: 600000 */
  readonly watchProgressNotifyIntervalMs: number;
  /** Keep the remaining time of leases across a change of leader. @default - etcd's own: false */
  readonly leaseCheckpoint: boolean;
  /** Keep it across a restart as well; needs `leaseCheckpoint`. @default - etcd's own: false */
  readonly leaseCheckpointPersist: boolean;
  /** Serve the HTTP and JSON gateway on the client URL. @default - etcd's own: true */
  readonly enableGrpcGateway: boolean;
  /** Send clients elsewhere while this member defragments. @default - etcd's own: false */
  readonly stopGrpcServiceOnDefrag: boolean;
  /** Set SO_REUSEPORT on listeners. @default - etcd's own: false */
  readonly socketReusePort: boolean;
  /** Set SO_REUSEADDR on listeners. @default - etcd's own: false */
  readonly socketReuseAddress: boolean;
}

export const REQUESTS: SettingRows<RequestSettings> = {
  maxRequestBytes: {
    description: "Size of the largest request; etcd warns above 10MiB",
    kind: size({ min: 1 }),
    etcdDefault: "1.5MiB",
    sources: ["https://etcd.io/docs/v3.6/dev-guide/limit/", EMBED_CONFIG],
    spellings: [variable("ETCD_MAX_REQUEST_BYTES")],
  },
  maxTxnOps: {
    description: "Operations in one transaction",
    kind: integer({ min: 1 }),
    etcdDefault: "128",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_MAX_TXN_OPS")],
  },
  maxConcurrentStreams: {
    description: "Streams that one client connection may have open",
    kind: integer({ min: 1, max: 2 ** 32 - 1 }),
    etcdDefault: "4294967295",
    sources: [EMBED_CONFIG, CHANGELOG_3_4, CHANGELOG_3_5],
    spellings: [variable("ETCD_MAX_CONCURRENT_STREAMS", ["3.4.20", "3.5.5"])],
  },
  grpcKeepaliveMinTimeMs: {
    description: "Shortest time between a client's pings that etcd puts up with",
    kind: duration(),
    etcdDefault: "5s",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_GRPC_KEEPALIVE_MIN_TIME")],
  },
  grpcKeepaliveIntervalMs: {
    description: "Time between etcd's pings to a client; 0 never",
    kind: duration(),
    etcdDefault: "2h",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_GRPC_KEEPALIVE_INTERVAL")],
  },
  grpcKeepaliveTimeoutMs: {
    description: "Time that etcd waits for the answer to a ping before it hangs up; 0 never",
    kind: duration(),
    etcdDefault: "20s",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_GRPC_KEEPALIVE_TIMEOUT")],
  },
  watchProgressNotifyIntervalMs: {
    description: "Time between progress notes on idle watches",
    // etcd raises a shorter one to minWatchProgressInterval.
    kind: duration({ min: 100 }),
    etcdDefault: "10m",
    sources: [
      CHANGELOG_3_4,
      "https://github.com/etcd-io/etcd/blob/release-3.5/server/etcdserver/api/v3rpc/watch.go",
    ],
    spellings: promotedVariable("WATCH_PROGRESS_NOTIFY_INTERVAL", ["3.4.11", "3.5.0"]),
  },
  leaseCheckpoint: {
    description: "Keep the remaining time of leases across a change of leader",
    kind: boolean(),
    etcdDefault: "false",
    sources: [CHANGELOG_3_4, UPGRADE_3_6],
    spellings: variableThenGate("ETCD_EXPERIMENTAL_ENABLE_LEASE_CHECKPOINT", "LeaseCheckpoint"),
  },
  leaseCheckpointPersist: {
    description: "Keep the remaining time of leases across a restart; needs leaseCheckpoint",
    kind: boolean(),
    etcdDefault: "false",
    sources: [CHANGELOG_3_4, CHANGELOG_3_5, UPGRADE_3_6],
    spellings: variableThenGate(
      "ETCD_EXPERIMENTAL_ENABLE_LEASE_CHECKPOINT_PERSIST",
      "LeaseCheckpointPersist",
      ["3.4.20", "3.5.2"],
    ),
  },
  enableGrpcGateway: {
    description: "Serve the HTTP and JSON gateway on the client URL",
    kind: boolean(),
    etcdDefault: "true",
    sources: [EMBED_CONFIG],
    spellings: [variable("ETCD_ENABLE_GRPC_GATEWAY")],
  },
  stopGrpcServiceOnDefrag: {
    description: "Send clients to other members while this one defragments",
    kind: boolean(),
    etcdDefault: "false",
    sources: [CHANGELOG_3_5, UPGRADE_3_6],
    spellings: variableThenGate("ETCD_EXPERIMENTAL_STOP_GRPC_SERVICE_ON_DEFRAG", "StopGRPCServiceOnDefrag", [
      "3.5.14",
    ]),
  },
  socketReusePort: {
    description: "Set SO_REUSEPORT on listeners, so that a port in use can be bound again",
    kind: boolean(),
    etcdDefault: "false",
    sources: [CONFIGURATION, CHANGELOG_3_5],
    spellings: [variable("ETCD_SOCKET_REUSE_PORT", ["3.5.0"])],
  },
  socketReuseAddress: {
    description: "Set SO_REUSEADDR on listeners, so that an address in TIME_WAIT can be bound",
    kind: boolean(),
    etcdDefault: "false",
    sources: [CONFIGURATION, CHANGELOG_3_5],
    spellings: [variable("ETCD_SOCKET_REUSE_ADDRESS", ["3.5.0"])],
  },
};
