import { boolean, duration, integer, oneOf, text } from "./kinds";
import { promotedVariable, variable, type SettingRows } from "./row";
import {
  CHANGELOG_3_4,
  CHANGELOG_3_5,
  CHANGELOG_3_6,
  CONFIGURATION,
  EMBED_CONFIG,
  UPGRADE_3_6,
} from "./sources";

const LOG_LEVELS = ["debug", "info", "warn", "error", "panic", "fatal"] as const;

/** What etcd says about itself: log, metrics, profiles, traces. */
export interface DiagnosticSettings {
  /** @default "zap" */
  readonly logger: "zap";
  /** @default "info" */
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** @default - etcd's own: "json" */
  readonly logFormat: "json" | "console";
  /** @default "basic" */
  readonly metrics: "basic" | "extensive";
  /** Serve `/debug/pprof/` on the client URL. @default - etcd's own: false */
  readonly enablePprof: boolean;
  /** Milliseconds after which applying a request is logged as slow. @default - etcd's own: 100 */
  readonly warningApplyDurationMs: number;
  /** Milliseconds after which a unary request is logged as slow. @default - etcd's own: 300 */
  readonly warningUnaryRequestDurationMs: number;
  /** Send OpenTelemetry traces. @default - etcd's own: false */
  readonly enableDistributedTracing: boolean;
  /** Host and port of the OpenTelemetry collector. @default - etcd's own: "localhost:4317" */
  readonly distributedTracingAddress: string;
  /** @default - etcd's own: "etcd" */
  readonly distributedTracingServiceName: string;
  /** Samples per million spans. @default - etcd's own: 0 */
  readonly distributedTracingSamplesPerMillion: number;
}

export const DIAGNOSTICS: SettingRows<DiagnosticSettings> = {
  logger: {
    description: "The structured logger; 3.4 still has an older one that logs plain lines",
    kind: oneOf(["zap"]),
    etcdDefault: "zap (capnslog before 3.5)",
    // Written although it is the default from 3.5 on: with capnslog 3.4 talks to journald itself.
    shipped: "zap",
    sources: [CONFIGURATION, CHANGELOG_3_5],
    spellings: [variable("ETCD_LOGGER")],
  },
  logLevel: {
    description: "Least severity that is logged",
    kind: oneOf(LOG_LEVELS),
    etcdDefault: "info",
    shipped: "info",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_LOG_LEVEL")],
  },
  logFormat: {
    description: "JSON, or lines for people",
    kind: oneOf(["json", "console"]),
    etcdDefault: "json",
    sources: [CONFIGURATION, CHANGELOG_3_6],
    spellings: [variable("ETCD_LOG_FORMAT", ["3.6.0"])],
  },
  metrics: {
    description: '"extensive" adds latency histograms of gRPC calls',
    kind: oneOf(["basic", "extensive"]),
    etcdDefault: "basic",
    shipped: "basic",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_METRICS")],
  },
  enablePprof: {
    description: "Serve profiles at /debug/pprof/ on the client URL",
    kind: boolean(),
    etcdDefault: "false",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_ENABLE_PPROF")],
  },
  warningApplyDurationMs: {
    description: "Time after which applying a request is logged as slow",
    kind: duration(),
    etcdDefault: "100ms",
    sources: [CHANGELOG_3_4, CHANGELOG_3_5, UPGRADE_3_6],
    spellings: promotedVariable("WARNING_APPLY_DURATION", ["3.4.16", "3.5.0"]),
  },
  warningUnaryRequestDurationMs: {
    description: "Time after which a unary request is logged as slow",
    kind: duration(),
    etcdDefault: "300ms",
    // The upgrade guide lists an experimental spelling for 3.5, but no 3.5 release has it.
    sources: [EMBED_CONFIG],
    spellings: [variable("ETCD_WARNING_UNARY_REQUEST_DURATION", ["3.6.0"])],
  },
  enableDistributedTracing: {
    description: "Send OpenTelemetry traces",
    kind: boolean(),
    etcdDefault: "false",
    sources: [CHANGELOG_3_5, UPGRADE_3_6],
    spellings: promotedVariable("ENABLE_DISTRIBUTED_TRACING", ["3.5.0"]),
  },
  distributedTracingAddress: {
    description: "Host and port of the OpenTelemetry collector",
    kind: text(/^[A-Za-z0-9][A-Za-z0-9.-]*:\d{1,5}$/, 'a host and a port like "localhost:4317"'),
    etcdDefault: "localhost:4317",
    sources: [CHANGELOG_3_5, EMBED_CONFIG],
    spellings: promotedVariable("DISTRIBUTED_TRACING_ADDRESS", ["3.5.0"]),
  },
  distributedTracingServiceName: {
    description: "Service name in traces, the same for all members",
    kind: text(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      'letters, digits, ".", "_" and "-", at most 63 characters',
    ),
    etcdDefault: "etcd",
    sources: [CHANGELOG_3_5, EMBED_CONFIG],
    spellings: promotedVariable("DISTRIBUTED_TRACING_SERVICE_NAME", ["3.5.0"]),
  },
  distributedTracingSamplesPerMillion: {
    description: "How many of a million spans are sent",
    // maxSamplingRatePerMillion in embed/config_tracing.go
    kind: integer({ max: 1_000_000 }),
    etcdDefault: "0",
    sources: [
      CHANGELOG_3_5,
      "https://github.com/etcd-io/etcd/blob/release-3.6/server/embed/config_tracing.go",
    ],
    spellings: promotedVariable("DISTRIBUTED_TRACING_SAMPLING_RATE", ["3.5.11"]),
  },
};
