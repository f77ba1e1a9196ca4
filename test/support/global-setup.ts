import { execFileSync } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node" with { "resolution-mode": "import" };
import { pythonWithMoto } from "../aws/support/python";
import { ensureHostPackages, labProblem } from "../machines/image/requirements";
import { rootFileSystem } from "../machines/image/root-file-system";
import { debianTool } from "./debian-tools";
import { etcdBinaries } from "./etcd";
import { watchForLeftovers } from "./left-behind";
import { Reaper } from "./reaper";
import { providerMirror } from "./terraform";

declare module "vitest" {
  interface ProvidedContext {
    /** For what the files of one run share; it goes when the run ends. */
    runFolder: string;
  }
}

/**
 * Fetches what tests need before the first one runs: a download must not count against a test's time, and what cannot be had
 * must fail the run, not skip a test.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    execFileSync("terraform", ["version"], {
      stdio: "ignore",
      env: { ...process.env, CHECKPOINT_DISABLE: "1" },
    });
  } catch {
    throw new Error("the tests need terraform on PATH: https://developer.hashicorp.com/terraform/install");
  }
  await etcdBinaries();
  await pythonWithMoto();
  await providerMirror();
  if (labProblem() === undefined) {
    await ensureHostPackages();
    await rootFileSystem();
  }
  await Promise.all(
    (["shellcheck", "cloud-init", "systemd-analyze", "python3-etcd3"] as const).map((name) =>
      debianTool(name),
    ),
  );
  // On a machine that somebody works on, other things start and end meanwhile.
  const isAlone = process.env["CI"] !== undefined && labProblem() === undefined;
  const expectNothingLeft = isAlone ? await watchForLeftovers() : () => Promise.resolve();
  const runFolder = await mkdtemp(join(tmpdir(), "cdktf-etcd-run-"));
  const reaper = new Reaper(runFolder);
  project.provide("runFolder", runFolder);
  return async () => {
    await reaper.reap();
    await expectNothingLeft();
  };
}
