import { describe, expect, it } from "vitest";
import { RELEASE_LINES } from "../../lib/cluster/etcd-release";
import {
  effectiveSettings,
  isKnownTo,
  releasesThatKnow,
  SETTING_KEYS,
  SETTINGS,
  settingsSchema,
  settingVariables,
  type SettingKey,
} from "../../lib/cluster/settings";
import { knows } from "../../lib/cluster/settings/row";
import { SETTING_SAMPLES } from "./settings-samples";

const samples = settingsSchema.parse(SETTING_SAMPLES);

describe("the settings table", () => {
  it.each(SETTING_KEYS)("has a usable row for %s", (key) => {
    const { description, etcdDefault, sources, spellings } = SETTINGS[key];
    expect(description).toMatch(/^[A-Z"0-9].{10,140}[^.]$/);
    expect(etcdDefault).not.toBe("");
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) expect(new URL(source).protocol).toBe("https:");
    for (const line of RELEASE_LINES) {
      for (const release of [`${line}.0`, line]) {
        expect(spellings.filter((spelling) => knows(spelling, release)).length).toBeLessThanOrEqual(1);
      }
    }
    expect(isKnownTo(key, "3.7")).toBe(true);
  });

  it.each(SETTING_KEYS)("reads back what it shows of %s", (key) => {
    const values = [samples[key], SETTINGS[key].shipped].filter((value) => value !== undefined);
    for (const value of values) expect(readBack(key, value)).toEqual({ ok: true, value });
  });

  it("gives no two settings the same name", () => {
    for (const line of RELEASE_LINES) {
      const names = SETTING_KEYS.flatMap((key) => SETTINGS[key].spellings)
        .filter((spelling) => knows(spelling, line))
        .map((spelling) => ("gate" in spelling ? spelling.gate : spelling.variable));
      expect(names).toEqual([...new Set(names)]);
    }
  });

  it("names no experimental variable from 3.6 on: 3.7 only warns about those and goes on without the setting", () => {
    for (const release of ["3.6.0", "3.7.0", "3.8.0"]) {
      expect(settingVariables(samples, release).filter(([name]) => name.includes("EXPERIMENTAL"))).toEqual(
        [],
      );
    }
  });
});

function readBack(key: SettingKey, value: unknown): unknown {
  const { kind } = SETTINGS[key];
  return kind.parse(kind.show(value as never));
}

describe("variables", () => {
  it("are the shipped defaults where nothing is set, in the names of each release", () => {
    const common = [
      ["ETCD_HEARTBEAT_INTERVAL", "100"],
      ["ETCD_ELECTION_TIMEOUT", "1000"],
      ["ETCD_QUOTA_BACKEND_BYTES", "2147483648"],
      ["ETCD_AUTO_COMPACTION_MODE", "periodic"],
      ["ETCD_AUTO_COMPACTION_RETENTION", "1h"],
    ];
    const diagnostics = [
      ["ETCD_LOGGER", "zap"],
      ["ETCD_LOG_LEVEL", "info"],
      ["ETCD_METRICS", "basic"],
    ];
    const initialCheck = ["ETCD_EXPERIMENTAL_INITIAL_CORRUPT_CHECK", "true"];
    const hashCheck = ["ETCD_EXPERIMENTAL_COMPACT_HASH_CHECK_ENABLED", "true"];
    const gates = ["ETCD_FEATURE_GATES", "InitialCorruptCheck=true,CompactHashCheck=true"];
    expect(settingVariables({}, "3.4.23")).toEqual([...common, initialCheck, ...diagnostics]);
    expect(settingVariables({}, "3.5.4")).toEqual([...common, initialCheck, ...diagnostics]);
    expect(settingVariables({}, "3.5.16")).toEqual([...common, initialCheck, hashCheck, ...diagnostics]);
    expect(settingVariables({}, "3.6.14")).toEqual([...common, ...diagnostics, gates]);
    expect(settingVariables({}, "3.7.1")).toEqual([...common, ...diagnostics, gates]);
  });

  it("are written as etcd 3.5 reads them", () => {
    expect(asText(settingVariables(samples, "3.5.30"))).toMatchSnapshot();
  });

  it("are written as etcd 3.6 reads them", () => {
    expect(asText(settingVariables(samples, "3.6.14"))).toMatchSnapshot();
  });

  it("take a line for its newest release", () => {
    expect(settingVariables(samples, "3.5")).toEqual(settingVariables(samples, "3.5.99"));
  });

  it("switch a shipped check off when told so", () => {
    expect(settingVariables({ initialCorruptCheck: false }, "3.6.14")).toContainEqual([
      "ETCD_FEATURE_GATES",
      "InitialCorruptCheck=false,CompactHashCheck=true",
    ]);
    expect(settingVariables({ initialCorruptCheck: false }, "3.5.30")).toContainEqual([
      "ETCD_EXPERIMENTAL_INITIAL_CORRUPT_CHECK",
      "false",
    ]);
  });

  it("write compaction retention as a duration or as a count", () => {
    const retention = (value: string | number) => {
      const variables = settingVariables(settingsSchema.parse({ autoCompactionRetention: value }), "3.6.14");
      return new Map(variables).get("ETCD_AUTO_COMPACTION_RETENTION");
    };
    expect(["10h", "90m", 1000, "1000", 0, "0"].map(retention)).toEqual([
      "10h",
      "1h30m",
      "1000",
      "1000",
      "0",
      "0",
    ]);
  });

  it("do not mix the shipped retention, a duration, with mode revision", () => {
    const names = settingVariables({ autoCompactionMode: "revision" }, "3.6.14").map(([name]) => name);
    expect(names).toContain("ETCD_AUTO_COMPACTION_MODE");
    expect(names).not.toContain("ETCD_AUTO_COMPACTION_RETENTION");
  });

  it("hold nothing that would break a line of an env file", () => {
    for (const line of RELEASE_LINES) {
      for (const [name, value] of settingVariables(samples, line)) {
        expect(name).toMatch(/^ETCD_[A-Z0-9_]+$/);
        expect(value).toMatch(/^[\x21-\x7e]+$/);
      }
    }
  });
});

function asText(variables: readonly (readonly [string, string])[]): string {
  return variables.map((pair) => pair.join("=")).join("\n");
}

describe("which release knows a setting", () => {
  it.each<[SettingKey, string, boolean]>([
    ["heartbeatIntervalMs", "3.4.0", true],
    ["compactHashCheck", "3.4.23", false],
    ["compactHashCheck", "3.5.4", false],
    ["compactHashCheck", "3.5.5", true],
    ["compactHashCheck", "3.6.0", true],
    ["maxConcurrentStreams", "3.4.19", false],
    ["maxConcurrentStreams", "3.4.20", true],
    ["maxConcurrentStreams", "3.5.4", false],
    ["tlsMinVersion", "3.4.23", false],
    ["logFormat", "3.5.30", false],
    ["logFormat", "3.6.0", true],
    ["maxSnapshots", "3.7.0", true],
    ["maxSnapshots", "3.8.0", false],
    ["corruptCheckTimeMs", "4.0.0", true],
  ])("%s and %s: %s", (key, release, known) => {
    expect(isKnownTo(key, release)).toBe(known);
  });

  it("can be told to a person", () => {
    const keys: SettingKey[] = [
      "heartbeatIntervalMs",
      "compactHashCheck",
      "maxConcurrentStreams",
      "logFormat",
      "maxSnapshots",
    ];
    expect(keys.map(releasesThatKnow)).toEqual([
      "3.4.0 and later",
      "3.5.5 and later",
      "3.4.20 and later 3.4 releases, 3.5.5 and later",
      "3.6.0 and later",
      "3.4.0 to 3.7",
    ]);
  });

  it("decides which shipped defaults a member gets, and what was set stays", () => {
    expect(effectiveSettings({ logLevel: "warn" }, "3.5.4")).not.toHaveProperty("compactHashCheck");
    expect(effectiveSettings({ logLevel: "warn" }, "3.6.14")).toMatchObject({
      compactHashCheck: true,
      logLevel: "warn",
    });
  });

  it("fails if a caller passes something that is no release", () => {
    expect(() => settingVariables({}, "newest")).toThrow(TypeError);
  });
});
