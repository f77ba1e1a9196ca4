import { describe, expect, it } from "vitest";
import * as z from "zod";
import { SETTING_KEYS, settingsSchema, type SettingKey } from "../../../lib/cluster/settings";

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
    [
      "cipherSuites",
      ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
      "must contain a suite that HTTP/2 demands, got only TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
      "add TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    ],
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
