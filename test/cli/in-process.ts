/** The CLI without a process of its own, for what ends before anything outside is called. */
import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { exitCode } from "../../lib/cli/main";

export interface InProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the current folder and catches what it prints. */
export async function cli(...argv: string[]): Promise<InProcessResult> {
  const printed = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      printed[name] += String(chunk);
      return true;
    }),
  );
  try {
    const code = await exitCode(argv, new AbortController().signal);
    return { code, ...printed };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

/** Makes an empty folder the current one until the end of the test. */
export function inEmptyFolder(): string {
  const before = process.cwd();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "cdktf-etcd-cli-")));
  process.chdir(folder);
  onTestFinished(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Everything in the current folder, sorted. */
export function namesHere(): string[] {
  return readdirSync(".").toSorted();
}
