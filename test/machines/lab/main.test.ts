/** `npm run lab` itself, as far as it gets without a lab; with one in name only, see `commands/`. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../lib/package-root";
import { startCaptured, type CliResult } from "../../support/captured-program";
import { labProblem } from "../image/requirements";

const LAB = [process.execPath, join(packageRoot(), "bin", "run.js"), join(__dirname, "main.ts")] as const;

/** May read this checkout wherever it is, and is not root. */
const SOMEBODY = [
  "setpriv",
  "--reuid=65534",
  "--regid=65534",
  "--clear-groups",
  "--inh-caps=+dac_override",
  "--ambient-caps=+dac_override",
] as const;

function run(words: readonly string[]): Promise<CliResult> {
  return startCaptured(words, { cwd: "/", env: process.env }).result;
}

test("npm run lab explains itself", async () => {
  const { code, stdout, output } = await run([...LAB, "--help"]);
  expect(code, output).toBe(0);
  expect(stdout).toContain("npm run lab -- up");
});

describe.skipIf(labProblem() !== undefined)("somebody who is not root", () => {
  test("is told that the lab needs root, and what to do", async () => {
    const { code, stderr, output } = await run([...SOMEBODY, ...LAB, "status"]);
    expect(stderr).toMatch(
      /^error: the test machines need root .* and this is user 65534: run this with sudo\n$/,
    );
    expect(code, output).toBe(2);
  });
});
