import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { endGroup, startCaptured } from "../support/captured-program";

const root = join(__dirname, "..", "..");
/** It takes a minute and a half, and as long again on a machine that has much else to do. */
const TEST_MS = 400_000;

test(
  "a thousand services of ten instances, with churn for a minute, make no memory grow, and all is known in the end",
  async () => {
    const program = [process.execPath, "--expose-gc", "bin/run.js", "test/bench/soak.ts"];
    const soak = startCaptured(program, { cwd: root, env: process.env }, TEST_MS - 20_000);
    onTestFinished(() => endGroup(soak.child, "SIGKILL"));
    const { code, output } = await soak.result;
    expect(code, output).toBe(0);
    expect(output).toContain("what is known in the end: what is registered");
  },
  TEST_MS,
);
