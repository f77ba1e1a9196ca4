import { appendFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LoadLog } from "./load-log";
import { logFile } from "./support/load-of-test";

const line = (id: number): string => `{"type":"unknown","atMs":${id},"id":${id},"reason":"ü"}\n`;

test("a log is read as far as it is written, line by line", () => {
  const file = logFile();
  writeFileSync(file, line(1));
  const log = new LoadLog(file);
  expect(log.records()).toMatchObject([{ id: 1 }]);
  // Also in the middle of a character.
  const [start, end] = [Buffer.from(line(2)).subarray(0, -4), Buffer.from(line(2)).subarray(-4)];
  appendFileSync(file, start);
  expect(log.records()).toHaveLength(1);
  appendFileSync(file, end);
  appendFileSync(file, Array.from({ length: 5000 }, (_, index) => line(index + 3)).join(""));
  expect(log.records()).toHaveLength(5002);
  expect(log.records().at(-1)).toEqual({ type: "unknown", atMs: 5002, id: 5002, reason: "ü" });
});

test("a line that is broken is told with its file", () => {
  const file = logFile();
  writeFileSync(file, `${line(1)}{"type":\n`);
  expect(() => new LoadLog(file).records()).toThrow(`${file} has a line that is no JSON: {"type":`);
});
