import { DEFAULT_RELEASE } from "../etcd-release";
import { CLIENT_PORT, PEER_PORT } from "../members";
import { effectiveSettings } from "../settings";
import { formatDuration } from "../units";
import { mistakeAt, type Rule } from "./rule";

// What etcd itself refuses at its start: https://github.com/etcd-io/etcd/blob/release-3.6/server/embed/config.go (Validate)

const HEARTBEATS_PER_ELECTION = 5;

const electionTimeout: Rule = {
  id: "election-timeout-at-least-5-heartbeats",
  needs: ["etcd.settings.heartbeatIntervalMs", "etcd.settings.electionTimeoutMs"],
  check({ etcd }) {
    const given = etcd?.settings ?? {};
    const { heartbeatIntervalMs = 0, electionTimeoutMs = 0 } = effectiveSettings(given, DEFAULT_RELEASE);
    const least = HEARTBEATS_PER_ELECTION * heartbeatIntervalMs;
    if (electionTimeoutMs >= least) return [];
    const key = given.electionTimeoutMs === undefined ? "heartbeatIntervalMs" : "electionTimeoutMs";
    return [
      mistakeAt(
        ["etcd", "settings", key],
        `leaves an election timeout of ${formatDuration(electionTimeoutMs)} for a heartbeat interval of ${formatDuration(heartbeatIntervalMs)}; it must be at least ${HEARTBEATS_PER_ELECTION} heartbeats`,
        `set electionTimeoutMs to ${formatDuration(least)} or more`,
      ),
    ];
  },
};

const compaction: Rule = {
  id: "compaction-retention-fits-mode",
  needs: ["etcd.settings.autoCompactionMode", "etcd.settings.autoCompactionRetention"],
  check({ etcd }) {
    const { autoCompactionMode: mode = "periodic", autoCompactionRetention: retention } =
      etcd?.settings ?? {};
    const at = (message: string, remedy: string) => [
      mistakeAt(["etcd", "settings", "autoCompactionRetention"], message, remedy),
    ];
    if (retention === undefined) {
      if (mode === "periodic") return [];
      return at(
        "is missing; mode revision needs the number of revisions to keep",
        "for example autoCompactionRetention: 1000",
      );
    }
    const isCount = "revisions" in retention;
    const isOff = isCount ? retention.revisions === 0 : retention.durationMs === 0;
    if (isOff || isCount === (mode === "revision")) return [];
    return isCount
      ? at(
          `must be a duration with mode periodic, got ${retention.revisions} revisions`,
          'write "1h", or set autoCompactionMode: revision',
        )
      : at(
          `must be a number of revisions with mode revision, got the duration ${formatDuration(retention.durationMs)}`,
          "write 1000, or set autoCompactionMode: periodic",
        );
  },
};

const NEED_TLS = ["cipherSuites", "tlsMinVersion", "tlsMaxVersion"] as const;

const tlsSettings: Rule = {
  id: "tls-settings-need-tls",
  needs: ["tls"],
  check: ({ etcd, tls }) =>
    tls === false
      ? NEED_TLS.filter((key) => etcd?.settings?.[key] !== undefined).map((key) =>
          mistakeAt(["etcd", "settings", key], "has no effect with tls: false", "remove one of the two"),
        )
      : [],
};

const tlsVersions: Rule = {
  id: "tls-versions-fit",
  needs: ["etcd.settings.tlsMinVersion", "etcd.settings.tlsMaxVersion", "etcd.settings.cipherSuites"],
  check({ etcd }) {
    const { tlsMinVersion, tlsMaxVersion, cipherSuites } = etcd?.settings ?? {};
    if (tlsMinVersion !== "TLS1.3") return [];
    if (tlsMaxVersion === "TLS1.2") {
      return [
        mistakeAt(
          ["etcd", "settings", "tlsMaxVersion"],
          'must not be older than tlsMinVersion "TLS1.3", got "TLS1.2"',
          "remove it",
        ),
      ];
    }
    return cipherSuites === undefined
      ? []
      : [
          mistakeAt(
            ["etcd", "settings", "cipherSuites"],
            'must be left out with tlsMinVersion "TLS1.3": etcd does not start with both, for the suites of TLS 1.3 cannot be chosen',
            "remove it, or set tlsMinVersion: TLS1.2",
          ),
        ];
  },
};

/** ProtectHome= and PrivateTmp= of the unit (templates/etcd.service.hbs) hide these from etcd. */
const HIDDEN_FROM_ETCD = /^\/(home|root|run\/user|tmp|var\/tmp)(\/|$)/;

const tlsFilesVisible: Rule = {
  id: "tls-files-visible-to-etcd",
  check({ tls }, target) {
    if (tls === undefined || tls === false || target !== "aws") return [];
    return (["client", "peer"] as const).flatMap((plane) =>
      (["caFile", "certFile", "keyFile"] as const)
        .filter((file) => HIDDEN_FROM_ETCD.test(tls[plane][file]))
        .map((file) =>
          mistakeAt(
            ["tls", plane, file],
            `must not be where the unit's sandbox hides files from etcd, got "${tls[plane][file]}"`,
            "put it below /etc, e.g. /etc/etcd/tls",
          ),
        ),
    );
  },
};

const leaseCheckpoints: Rule = {
  id: "lease-checkpoint-persist-needs-checkpoint",
  needs: ["etcd.settings.leaseCheckpoint"],
  check: ({ etcd: { settings = {} } = {} }) =>
    settings.leaseCheckpointPersist === true && settings.leaseCheckpoint !== true
      ? [
          mistakeAt(
            ["etcd", "settings", "leaseCheckpointPersist"],
            "needs leaseCheckpoint; etcd does not start without it",
            "add leaseCheckpoint: true, or remove it",
          ),
        ]
      : [],
};

const metricsPortFree: Rule = {
  id: "metrics-port-free",
  check({ etcd, aws }) {
    const port = etcd?.metricsPort;
    if (aws === undefined || (port !== CLIENT_PORT && port !== PEER_PORT)) return [];
    return [
      mistakeAt(
        ["etcd", "metricsPort"],
        `must not be the ${port === CLIENT_PORT ? "client" : "peer"} port of the target aws, got ${port}`,
        "2381 is usual",
      ),
    ];
  },
};

export const etcdRules: readonly Rule[] = [
  electionTimeout,
  compaction,
  tlsSettings,
  tlsVersions,
  tlsFilesVisible,
  leaseCheckpoints,
  metricsPortFree,
];
