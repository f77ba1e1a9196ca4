import { describe, expect, it } from "vitest";
import { formatDuration, formatSize, parseDuration, parseSize } from "../../lib/cluster/units";

describe("sizes", () => {
  it.each([
    ["0", 0],
    ["1024", 1024],
    ["512B", 512],
    ["4KiB", 4096],
    ["1.5MiB", 1_572_864],
    ["2GiB", 2_147_483_648],
    ["8 GiB", 8_589_934_592],
    ["1TiB", 1_099_511_627_776],
    [42, 42],
  ])("reads %s as %d bytes", (input, bytes) => {
    expect(parseSize(input)).toEqual({ ok: true, value: bytes });
  });

  it.each([
    ["8GB", 'write "8GiB"'],
    ["8G", 'write "8GiB"'],
    ["8Gi", 'write "8GiB"'],
    ["8gib", 'write "8GiB"'],
    ["1.5mb", 'write "1.5MiB"'],
    ["100KB", 'write "100KiB"'],
    ["8PiB", "units are B, KiB, MiB, GiB and TiB"],
    ["GiB", "units are B, KiB, MiB, GiB and TiB"],
    ["-1GiB", "units are B, KiB, MiB, GiB and TiB"],
    ["", "units are B, KiB, MiB, GiB and TiB"],
  ])("refuses %j and says which unit to write", (input, remedy) => {
    const parsed = parseSize(input);
    expect(parsed).toMatchObject({
      ok: false,
      message: `must be a size like "8GiB" or a whole number of bytes, got "${input}"`,
    });
    expect(parsed).toHaveProperty("remedy", expect.stringContaining(remedy));
  });

  it.each([["1.1GiB"], ["0.5"], [0.5], [-1], [Number.NaN], ["99999999999TiB"]])(
    "refuses %s, which is no whole number of bytes",
    (input) => {
      expect(parseSize(input)).toMatchObject({
        ok: false,
        message: expect.stringContaining("whole number of bytes"),
      });
    },
  );

  it("cuts a flood of garbage in its message", () => {
    expect(parseSize("x".repeat(1_000_000))).toHaveProperty(
      "message",
      expect.stringMatching(/^.{100,200}…$/),
    );
  });

  it.each([0, 1, 1023, 1024, 1_572_864, 2 * 2 ** 30, 2 ** 40, 2 ** 40 + 1])(
    "writes %d bytes so that they are read back",
    (bytes) => {
      expect(parseSize(formatSize(bytes))).toEqual({ ok: true, value: bytes });
    },
  );

  it("writes the largest unit that needs no fraction", () => {
    expect([0, 1000, 1_572_864, 2 * 2 ** 30].map(formatSize)).toEqual(["0B", "1000B", "1536KiB", "2GiB"]);
  });
});

describe("durations", () => {
  it.each([
    ["0", 0],
    ["0s", 0],
    ["100ms", 100],
    ["1s", 1000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["1.005s", 1005],
    ["24h", 86_400_000],
    [250, 250],
  ])("reads %s as %d ms", (input, ms) => {
    expect(parseDuration(input)).toEqual({ ok: true, value: ms });
  });

  it.each([
    ["100", 'write the unit: "100ms"'],
    ["1d", 'write hours: "24h"'],
    ["500us", "the smallest unit here is ms"],
    ["1 h", "units are ms, s, m and h"],
    ["-1h", "units are ms, s, m and h"],
    ["1H", "units are ms, s, m and h"],
    ["", "units are ms, s, m and h"],
  ])("refuses %j and says what to write", (input, remedy) => {
    const parsed = parseDuration(input);
    expect(parsed).toMatchObject({
      ok: false,
      message: `must be a duration like "100ms", "5m" or "1h30m", got "${input}"`,
    });
    expect(parsed).toHaveProperty("remedy", expect.stringContaining(remedy));
  });

  it.each([["0.5ms"], [0.5], [-1]])("refuses %s, which is no whole number of milliseconds", (input) => {
    expect(parseDuration(input)).toMatchObject({
      ok: false,
      message: expect.stringContaining("whole number of milliseconds"),
    });
  });

  it("writes Go's syntax, largest unit first", () => {
    expect([0, 100, 60_000, 5_400_000, 90_061_001].map(formatDuration)).toEqual([
      "0s",
      "100ms",
      "1m",
      "1h30m",
      "25h1m1s1ms",
    ]);
  });

  it.each([0, 1, 999, 61_001, 5_400_000])("writes %d ms so that they are read back", (ms) => {
    expect(parseDuration(formatDuration(ms))).toEqual({ ok: true, value: ms });
  });
});
