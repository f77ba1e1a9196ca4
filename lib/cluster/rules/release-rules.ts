import type { Architecture } from "../cluster";
import { DEFAULT_RELEASE, OLDEST_SUPPORTED_RELEASE, pinnedSha256, releaseLine } from "../etcd-release";
import { DEFAULT_INSTANCE_TYPE, instanceTypeFacts } from "../instance-types";
import type { ParsedDefinition } from "../schema";
import { isKnownTo, releasesThatKnow, SETTING_KEYS } from "../settings";
import { mistakeAt, type Rule } from "./rule";

const releaseSupported: Rule = {
  id: "release-supported",
  check({ etcd }) {
    const release = etcd?.release;
    if (release === undefined || releaseLine(release) !== undefined) return [];
    return [
      mistakeAt(
        ["etcd", "release"],
        `must be ${OLDEST_SUPPORTED_RELEASE} or newer, got "${release}"`,
        `the newest pinned release is ${DEFAULT_RELEASE}`,
      ),
    ];
  },
};

const releaseHasSum: Rule = {
  id: "release-pinned-or-sha256",
  needs: ["etcd.sha256", "aws.instanceType", "aws.architecture"],
  check(definition, target) {
    const release = definition.etcd?.release;
    if (release === undefined || releaseLine(release) === undefined || target === "local") return [];
    const architecture = architectureOf(definition);
    const missing = (architecture === undefined ? (["amd64", "arm64"] as const) : [architecture]).filter(
      (candidate) =>
        definition.etcd?.sha256?.[candidate] === undefined && pinnedSha256(release, candidate) === undefined,
    );
    if (missing.length === 0) return [];
    return [
      mistakeAt(
        ["etcd", "release"],
        `has no pinned sha256, got "${release}"`,
        `add etcd.sha256.${missing.join(" and etcd.sha256.")} from the release's SHA256SUMS, or take a pinned release (the newest is ${DEFAULT_RELEASE})`,
      ),
    ];
  },
};

/** What comes from a mirror of one's own may be a build of one's own. */
const sumsAgree: Rule = {
  id: "sha256-agrees-with-pinned",
  needs: ["etcd.release", "etcd.downloadBaseUrl"],
  check({ etcd }) {
    if (etcd?.downloadBaseUrl !== undefined) return [];
    const release = etcd?.release ?? DEFAULT_RELEASE;
    return (["amd64", "arm64"] as const).flatMap((architecture) => {
      const given = etcd?.sha256?.[architecture];
      const pinned = pinnedSha256(release, architecture);
      return given === undefined || pinned === undefined || given === pinned
        ? []
        : [
            mistakeAt(
              ["etcd", "sha256", architecture],
              `must be ${pinned} for etcd ${release}, got "${given}"`,
              "remove it: pinned releases need none; for a build of your own, give etcd.downloadBaseUrl as well",
            ),
          ];
    });
  },
};

const settingsKnown: Rule = {
  id: "setting-known-to-release",
  needs: ["etcd.release"],
  check({ etcd }, target) {
    // Without a release the local target takes whatever etcd it finds; the start of a member checks again.
    const release = etcd?.release ?? (target === "aws" ? DEFAULT_RELEASE : undefined);
    if (release === undefined || releaseLine(release) === undefined) return [];
    return SETTING_KEYS.filter((key) => etcd?.settings?.[key] !== undefined && !isKnownTo(key, release)).map(
      (key) =>
        mistakeAt(
          ["etcd", "settings", key],
          `is not known to etcd ${release}, which would only log a warning and go on without it; known to ${releasesThatKnow(key)}`,
          "remove it, or take another release",
        ),
    );
  },
};

function architectureOf({ aws }: ParsedDefinition): Architecture | undefined {
  return aws === undefined
    ? undefined
    : (aws.architecture ?? instanceTypeFacts(aws.instanceType ?? DEFAULT_INSTANCE_TYPE)?.architecture);
}

export const releaseRules: readonly Rule[] = [releaseSupported, releaseHasSum, sumsAgree, settingsKnown];
