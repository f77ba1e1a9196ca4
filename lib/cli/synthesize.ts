import { loadCluster } from "./definition-file";
import { reportError } from "./report-error";

/** What `cdktf.json` runs: the definition in, one stack's Terraform out. */
export async function synthesize(): Promise<void> {
  try {
    const cluster = await loadCluster({}, "aws");
    const { buildApp } = await import("../stacks/index.js");
    const app = await buildApp(cluster);
    app.synth();
  } catch (error) {
    process.exitCode = reportError(error);
  }
}
