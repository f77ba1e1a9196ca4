import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends a run with `N passed, N failed, N skipped` on a line of its own, and fails it when none ran or one was skipped that
 * should have run.
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
    if (counts.passed === 0 || (counts.skipped > 0 && !maySkip())) process.exitCode = 1;
  }
}

/** Tests that need root (loop devices, mounts) cannot run without it; tests chosen by name leave the others out on purpose. */
function maySkip(): boolean {
  const isRoot = process.getuid?.() === 0;
  const isFiltered = process.argv.some(
    (argument) => argument === "-t" || argument.startsWith("--testNamePattern"),
  );
  return isFiltered || (!isRoot && process.env["CI"] === undefined);
}
