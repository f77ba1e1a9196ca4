/**
 * The recordings are what `cdktf-etcd up --verbose` and `down --verbose` printed with cdktf-cli 0.21.0 and Terraform 1.11.4, but for the
 * paths in it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { DeployLog } from "../../lib/cli/deploy-log";

const RECORDINGS = [
  "first-deploy",
  "no-change",
  "replacement",
  "destroy",
  "unhealthy",
  "port-in-use",
  "state-locked",
];
const folder = join(__dirname, "deploy-log");

function recording(name: string): string[] {
  return readFileSync(join(folder, `${name}.txt`), "utf8").split("\n");
}

function shown(lines: readonly string[]): string[] {
  const log = new DeployLog();
  return lines.flatMap((line) => log.accept(line));
}

describe.each(RECORDINGS)("of a recorded run (%s)", (name) => {
  const lines = shown(recording(name));

  test("shows what a person follows it by", async () => {
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(join(folder, `${name}.shown.txt`));
  });

  test("shows each message once, without prefixes and colours", () => {
    const said = lines.filter((line) => /[a-z]/.test(line));
    expect(said.filter((line, index) => said.indexOf(line) !== index)).toEqual([]);
    for (const line of lines) {
      expect(line).not.toMatch(/demo-local {2}|\(local-exec\)|Executing:/);
      expect(line).toBe(stripVTControlCharacters(line));
    }
  });
});

test("leaves a warning about the machine out, which Terraform gives at every call", () => {
  expect(recording("first-deploy").join("\n")).toContain("Warning: Unable to open CLI configuration file");
  expect(shown(recording("first-deploy")).join("\n")).not.toContain("CLI configuration file");
});

test("keeps what explains a failure that no frame tells of, and nothing otherwise", () => {
  const unexplained = (lines: readonly string[]): readonly string[] => {
    const log = new DeployLog();
    lines.forEach((line) => log.accept(line));
    return log.unexplained();
  };
  const usage =
    "Usage Error: not a cdktf project directory, no cdktf.json found or cdktf.json is missing language / app keys";
  expect(unexplained(["⠏  Synthesizing", usage, ""])).toEqual([usage]);
  const many = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  expect(unexplained(many)).toEqual(many.slice(-60));
  expect(unexplained(recording("port-in-use"))).toEqual([]);
  expect(unexplained(recording("state-locked"))).toEqual([]);
});

test("shows another error after the first one, and the same one no second time", () => {
  const frame = (text: string): string[] => ["╷", `│ Error: ${text}`, "╵"];
  expect(shown([...frame("a"), ...frame("b"), ...frame("a")])).toEqual([...frame("a"), ...frame("b")]);
});

test("keeps the indentation of what a step prints", () => {
  expect(shown(["demo-local  terraform_data.a (local-exec):   - two blanks in"])).toEqual([
    "    - two blanks in",
  ]);
});

test("takes no stack's name for part of a message", () => {
  expect(shown(["Plan: 1 to add, 0 to change, 0 to destroy."])).toEqual([
    "Plan: 1 to add, 0 to change, 0 to destroy.",
  ]);
});
