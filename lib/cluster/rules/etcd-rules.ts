import type { Architecture } from "../cluster";
import { DEFAULT_RELEASE, OLDEST_SUPPORTED_RELEASE, parseRelease, pinnedSha256, releaseLine } from "../etcd-release";
import { DEFAULT_INSTANCE_TYPE, instanceTypeFacts } from "../instance-types";
import { effectiveSettings, isKnownTo, releasesThatKnow, SETTING_KEYS } from "../settings";
import { formatDuration } from "../units";
import type { ParsedDefinition } from "../schema";
import { mistakeAt, type Rule } from "./rule";

/** etcd itself refuses less. https://github.com/etcd-io/etcd/blob/v3.6.0/server/embed/config.go (Validate) */
const HEARTBEATS_PER_ELECTION = 5;

const releaseSupported: Rule = {
  id: "release-supported",
  check({ etcd }) {
    const release = etcd?.release;
    if (release === undefined || parseRelease(release) === undefined || releaseLine(release) !== undefined) return [];
    return [mistakeAt(["etcd", "release"], `must be ${OLDEST_SUPPORTED_RELEASE} or newer, got "${release}"`, `the newest pinned release is ${DEFAULT_RELEASE}`)];
  },
};

const releaseHasSum: Rule = {
  id: "release-pinned-or-sha256",
  needs: [["etcd", "sha256"]],
  check(definition, target) {
    const release = definition.etcd?.release;
    if (release === undefined || target === "local") return [];
    const architecture = architectureOf(definition);
    const missing = (architecture === undefined ? (["amd64", "arm64"] as const) : [architecture]).filter(
      (candidate) => definition.etcd?.sha256?.[candidate] === undefined && pinnedSha256(release, candidate) === undefined,
    );
    return missing.length === 0
      ? []
      : [
          mistakeAt(
            ["etcd", "release"],
            `has no pinned sha256, got "${release}"`,
            `add etcd.sha256.${missing.join(" and etcd.sha256.")} from the release's SHA256SUMS, or take a pinned release (the newest is ${DEFAULT_RELEASE})`,
          ),
        ];
  },
};

const sumsAgree: Rule = {
  id: "sha256-agrees-with-pinned",
  needs: [["etcd", "release"]],
  check: ({ etcd }) =>
    (["amd64", "arm64"] as const).flatMap((architecture) => {
      const given = etcd?.sha256?.[architecture];
      const pinned = pinnedSha256(etcd?.release ?? DEFAULT_RELEASE, architecture);
      return given === undefined || pinned === undefined || given === pinned
        ? []
        : [mistakeAt(["etcd", "sha256", architecture], `differs from the pinned sum of ${etcd?.release ?? DEFAULT_RELEASE}, got "${given}"`, "remove it: pinned releases need none")];
    }),
};

const settingsKnown: Rule = {
  id: "setting-known-to-release",
  needs: [["etcd", "release"]],
  check({ etcd }, target) {
    // Without a release the local target takes whatever etcd it finds; the start of a member checks again.
    const release = etcd?.release ?? (target === "aws" ? DEFAULT_RELEASE : undefined);
    if (release === undefined || parseRelease(release) === undefined) return [];
    return SETTING_KEYS.flatMap((key) =>
      etcd?.settings?.[key] === undefined || isKnownTo(key, release)
        ? []
        : [
            mistakeAt(
              ["etcd", "settings", key],
              `is not known to etcd ${release}, which would only log a warning and go on without it; known to ${releasesThatKnow(key)}`,
              "remove it, or take another release",
            ),
          ],
    );
  },
};

const electionTimeout: Rule = {
  id: "election-timeout-at-least-5-heartbeats",
  needs: [
    ["etcd", "settings", "heartbeatIntervalMs"],
    ["etcd", "settings", "electionTimeoutMs"],
    ["etcd", "release"],
  ],
  check({ etcd }) {
    const given = etcd?.settings ?? {};
    const { heartbeatIntervalMs = 0, electionTimeoutMs = 0 } = effectiveSettings(given, etcd?.release ?? DEFAULT_RELEASE);
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
  needs: [
    ["etcd", "settings", "autoCompactionMode"],
    ["etcd", "settings", "autoCompactionRetention"],
  ],
  check({ etcd }) {
    const { autoCompactionMode: mode = "periodic", autoCompactionRetention: retention } = etcd?.settings ?? {};
    const path = ["etcd", "settings", "autoCompactionRetention"];
    if (retention === undefined) {
      return mode === "revision" ? [mistakeAt(path, "is missing; mode revision needs the number of revisions to keep", "for example autoCompactionRetention: 1000")] : [];
    }
    const isOff = ("revisions" in retention ? retention.revisions : retention.durationMs) === 0;
    const fits = mode === "periodic" ? "durationMs" in retention : "revisions" in retention;
    if (fits || isOff) return [];
    return mode === "periodic"
      ? [mistakeAt(path, "must be a duration with mode periodic, got a number of revisions", 'write "1h", or set autoCompactionMode: revision')]
      : [mistakeAt(path, "must be a number of revisions with mode revision, got a duration", "write 1000, or set autoCompactionMode: periodic")];
  },
};

const needTls = ["cipherSuites", "tlsMinVersion", "tlsMaxVersion"] as const;

const tlsSettings: Rule = {
  id: "tls-settings-need-tls",
  needs: [["tls"]],
  check: ({ etcd, tls }) =>
    needTls.flatMap((key) => {
      const value = etcd?.settings?.[key];
      return tls !== undefined || value === undefined
        ? []
        : [mistakeAt(["etcd", "settings", key], "has no effect without tls", "add the tls section, or remove it")];
    }),
};

function architectureOf({ aws }: ParsedDefinition): Architecture | undefined {
  return aws?.architecture ?? (aws === undefined ? undefined : instanceTypeFacts(aws.instanceType ?? DEFAULT_INSTANCE_TYPE)?.architecture);
}

export const etcdRules: readonly Rule[] = [releaseSupported, releaseHasSum, sumsAgree, settingsKnown, electionTimeout, compaction, tlsSettings];
