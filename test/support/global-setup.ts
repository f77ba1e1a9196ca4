import { execFileSync } from "node:child_process";
import { pythonWithMoto } from "../aws/support/python";
import { ensureHostPackages, labProblem } from "../machines/image/requirements";
import { rootFileSystem } from "../machines/image/root-file-system";
import { debianTool } from "./debian-tools";
import { etcdBinaries } from "./etcd";
import { watchForLeftovers } from "./left-behind";
import { providerMirror } from "./terraform";

/**
 * Fetches what tests need before the first one runs: a download must not count against a test's time, and what cannot be had
 * must fail the run, not skip a test.
 */
export default async function setup(): Promise<() => Promise<void>> {
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
  return isAlone ? watchForLeftovers() : () => Promise.resolve();
}
