import { defineConfig } from "vitest/config";
import LongestFirst from "./support/longest-first.mjs";

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/end-with-main.ts"],
    reporters: ["default", "./test/support/summary-reporter.mts"],
    // Real processes on a shared machine: a deadline is for what hangs, not for what is slow.
    testTimeout: 60_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    pool: "forks",
    // More than the two cores of the smallest machine: most of what takes long waits, for boots, leases and elections.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
