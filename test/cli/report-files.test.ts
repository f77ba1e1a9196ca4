import { mkdtempSync, readFileSync, readdirSync, rmSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { reportFiles, writeReports } from "../../lib/cli/report-files";
import { ExternalError, UsageError } from "../../lib/errors";
import { formats } from "../../lib/verification";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdktf-etcd-reports-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const print = (format: string): string => `as ${format}`;

test("each report gets its file, with a line feed at its end, and nothing else is left", () => {
  const files = reportFiles([`json=${folder}/a.json`, `junit=${folder}/b.xml`], formats);
  writeReports(files, print);
  expect(readFileSync(join(folder, "a.json"), "utf8")).toBe("as json\n");
  expect(readFileSync(join(folder, "b.xml"), "utf8")).toBe("as junit\n");
  expect(readdirSync(folder).sort()).toEqual(["a.json", "b.xml"]);
});

test("one that cannot be written any more is told, and the others are written", () => {
  const files = reportFiles([`json=${folder}/a.json`, `junit=${folder}/b.xml`], formats);
  mkdirSync(join(folder, "a.json"));
  expect(() => writeReports(files, print)).toThrow(ExternalError);
  expect(() => writeReports(files, print)).toThrow(/^cannot write the report \S+\/a\.json: .*directory/);
  expect(readFileSync(join(folder, "b.xml"), "utf8")).toBe("as junit\n");
});

test.each([
  ["a format that there is not", () => "pdf=x.pdf"],
  ["no file", () => "json="],
  ["a folder that there is not", () => `json=${folder}/none/a.json`],
  ["a folder in place of a file", () => `json=${folder}`],
])("%s is refused before anything is asked", (_title, given) => {
  expect(() => reportFiles([given()], formats)).toThrow(UsageError);
});
