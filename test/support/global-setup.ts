import { execFileSync } from "node:child_process";
import { pythonWithMoto } from "../aws/support/python";
import { debianTool } from "./debian-tools";
import { etcdBinaries } from "./etcd";
import { providerMirror } from "./terraform";

/**
 * Fetches what tests need before the first one runs: a download must not count against a test's time, and what cannot be had
 * must fail the run, not skip a test.
 */
export default async function setup(): Promise<void> {
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
  await Promise.all(
    (["shellcheck", "cloud-init", "systemd-analyze"] as const).map((name) => debianTool(name)),
  );
}
