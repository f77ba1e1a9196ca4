import { describe, expect, it } from "vitest";
import { z } from "zod";
import { RELEASE_LINES } from "../../lib/cluster/etcd-release";
import {
  effectiveSettings,
  isKnownTo,
  releasesThatKnow,
  SETTING_KEYS,
  SETTINGS,
  settingsSchema,
  settingVariables,
  type EtcdSettings,
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

function readBack<K extends SettingKey>(key: K, value: unknown): unknown {
  const { kind } = SETTINGS[key];
  return kind.parse(kind.show(value as EtcdSettings[K]));
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

describe("reading settings", () => {
  it("turns human text into bytes and milliseconds", () => {
    expect(
      settingsSchema.parse({
        quotaBackendBytes: "8GiB",
        heartbeatIntervalMs: 250,
        electionTimeoutMs: "2.5s",
        corruptCheckTimeMs: "4h",
      }),
    ).toEqual({
      quotaBackendBytes: 8_589_934_592,
      heartbeatIntervalMs: 250,
      electionTimeoutMs: 2500,
      corruptCheckTimeMs: 14_400_000,
    });
  });

  it("adds no defaults", () => {
    expect(settingsSchema.parse({})).toEqual({});
  });

  it.each<[SettingKey, unknown, string, string?]>([
    [
      "quotaBackendBytes",
      "8GB",
      'must be a size like "8GiB" or a whole number of bytes, got "8GB"',
      'write "8GiB"',
    ],
    ["quotaBackendBytes", 0, "must be at least 1B, got 0"],
    ["quotaBackendBytes", true, 'must be a size like "8GiB" or a whole number of bytes, got true'],
    [
      "heartbeatIntervalMs",
      "100",
      'must be a duration like "100ms", "5m" or "1h30m", got "100"',
      'write the unit: "100ms"',
    ],
    [
      "heartbeatIntervalMs",
      null,
      'must be a duration like "100ms", "5m" or "1h30m", got nothing (the key has no value)',
    ],
    ["electionTimeoutMs", "51s", 'must be at most 50s, got "51s"'],
    ["compactHashCheckTimeMs", 0, "must be at least 1ms, got 0"],
    ["watchProgressNotifyIntervalMs", "50ms", 'must be at least 100ms, got "50ms"'],
    [
      "autoCompactionRetention",
      "1d",
      'number of revisions like 1000 (mode revision) or 0 (off), got "1d"',
      'write hours: "24h"',
    ],
    ["autoCompactionRetention", -1, "got -1"],
    ["autoCompactionMode", "hourly", 'must be "periodic" or "revision", got "hourly"'],
    ["bcryptCost", 3, "must be a whole number, from 4 to 31, got 3"],
    ["snapshotCount", 0.5, "must be a whole number, at least 1, got 0.5"],
    ["snapshotCount", "10000", 'must be a whole number, at least 1, got "10000"'],
    ["preVote", "yes", 'must be true or false, got "yes"'],
    ["logger", "capnslog", 'must be "zap", got "capnslog"'],
    ["logLevel", "verbose", 'must be "debug", "info", "warn", "error", "panic" or "fatal", got "verbose"'],
    ["cipherSuites", [], "must be a list with at least one item, got a list of 0"],
    ["cipherSuites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "must be a list"],
    ["cipherSuites", ["TLS_RSA_WITH_AES_128_CBC_SHA"], "item 1 must be"],
    ["hostWhitelist", ["a", "a"], 'must not repeat an item, got "a" twice'],
    ["hostWhitelist", ["a,b"], 'item 1 must be a host name, an IPv4 address or "*", got "a,b"'],
    ["cors", ["example.com"], "item 1 must be an origin with its port"],
    ["authToken", "jwt", 'must be "simple" or "jwt," with its options'],
    ["authToken", "simple\nETCD_NAME=x", "must be"],
    ["distributedTracingAddress", "collector", "must be a host and a port"],
    ["tlsMinVersion", "1.2", 'must be "TLS1.2" or "TLS1.3", got "1.2"'],
  ])("refuses %s: %j", (key, value, message, remedy) => {
    const issues = settingsSchema.safeParse({ [key]: value }).error?.issues;
    expect(issues).toEqual([
      expect.objectContaining({ path: [key], message: expect.stringContaining(message) }),
    ]);
    if (remedy !== undefined)
      expect(issues).toHaveProperty("0.params.remedy", expect.stringContaining(remedy));
  });

  it("refuses an unknown key and every wrong value at once", () => {
    const issues =
      settingsSchema.safeParse({ quota: "8GiB", preVote: 1, logLevel: "loud" }).error?.issues ?? [];
    expect(issues.map((issue) => issue.code).sort()).toEqual(["custom", "custom", "unrecognized_keys"]);
  });
});

describe("the JSON Schema for editors", () => {
  const schema = z.toJSONSchema(settingsSchema, { io: "input" });
  const properties = schema.properties as Record<string, z.core.JSONSchema.JSONSchema>;

  it("describes every setting, with its default", () => {
    expect(Object.keys(properties)).toEqual(SETTING_KEYS);
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(schema).not.toHaveProperty("required");
    for (const key of SETTING_KEYS)
      expect(properties[key]?.description).toMatch(/(Default|etcd's own default): \S/);
  });

  it("lists the allowed values, bounds and forms", () => {
    expect(properties["logLevel"]).toMatchObject({
      type: "string",
      enum: ["debug", "info", "warn", "error", "panic", "fatal"],
    });
    expect(properties["bcryptCost"]).toMatchObject({ type: "integer", minimum: 4, maximum: 31 });
    expect(properties["electionTimeoutMs"]).toMatchObject({
      anyOf: [{ type: "string" }, { type: "integer", minimum: 1, maximum: 50_000 }],
    });
    expect(properties["quotaBackendBytes"]?.description).toContain("Default: 2GiB");
  });
});
