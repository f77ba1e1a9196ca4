import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends a run with `N passed, N failed, N skipped` on a line of its own, and fails it when a test was skipped or none ran: in
 * this project a test that does not run is a failure.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === "pending" ? "skipped" : state] += 1;
      }
      if (module.state() === "failed" && module.errors().length > 0) counts.failed += 1;
    }
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    // Running some tests by name skips the others on purpose.
    const isFiltered = process.argv.some((argument) => argument === "-t" || argument.startsWith("--testNamePattern"));
    if (counts.passed === 0 || (counts.skipped > 0 && !isFiltered)) process.exitCode = 1;
  }
}
