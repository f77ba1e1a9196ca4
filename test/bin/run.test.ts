import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../lib/local/run-program";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-run-"));
  await writeFile(
    join(folder, "main.ts"),
    'import { word } from "./word";\nconsole.log(word as string, process.argv.slice(2));\n',
  );
  await writeFile(join(folder, "word.ts"), 'export const word: string = "first";\n');
});
afterEach(() => rm(folder, { recursive: true }));

const run = (...args: readonly string[]) =>
  runProgram(process.execPath, [resolve("bin/run.js"), join(folder, "main.ts"), ...args]);

test("starts a TypeScript program with its arguments", async () => {
  expect((await run("a", "--b")).stdout).toBe("first [ 'a', '--b' ]");
});

test("takes a changed file into account, also one that is only imported", async () => {
  await run();
  await writeFile(join(folder, "word.ts"), 'export const word: string = "second, and longer";\n');
  expect((await run()).stdout).toContain("second");
});

test("several first starts at the same time do not disturb each other", async () => {
  const runs = await Promise.all(Array.from({ length: 4 }, () => run()));
  expect(runs.map(({ stdout }) => stdout)).toEqual(Array(4).fill("first []"));
});

test("fails with file and line for source that is no TypeScript, and works again once it is mended", async () => {
  await writeFile(join(folder, "word.ts"), "export const = 1;\n");
  const broken = await run();
  expect(broken.exitCode).toBe(70);
  expect(broken.stderr).toContain("word.ts:1:13");
  expect(broken.stderr).not.toContain("    at ");
  await writeFile(join(folder, "word.ts"), 'export const word = "mended";\n');
  expect((await run()).stdout).toContain("mended");
});

test("each file finds what lies beside it, although all are in one bundle", async () => {
  await writeFile(
    join(folder, "main.ts"),
    '#!/usr/bin/env node\nimport { place } from "./below/place";\nconsole.log(__dirname, place);\n',
  );
  await mkdir(join(folder, "below"));
  await writeFile(join(folder, "below", "place.ts"), "export const place = [__dirname, __filename];\n");
  expect((await run()).stdout).toBe(`${folder} [\n  '${folder}/below',\n  '${folder}/below/place.ts'\n]`);
});
