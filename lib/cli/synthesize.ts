import type { Cluster } from "../cluster/cluster";
import { loadCluster } from "./definition-file";
import { DESTROY_VARIABLE } from "./deploy-variables";
import { reportError } from "./report-error";

/** What `cdktf.json` runs: the definition in, one stack's Terraform out. */
export async function synthesize(): Promise<void> {
  try {
    const loaded = await loadCluster({}, "aws");
    const cluster = process.env[DESTROY_VARIABLE] === undefined ? loaded : withoutCertificates(loaded);
    const { buildApp } = await import("../stacks/index.js");
    const app = await buildApp(cluster);
    app.synth();
  } catch (error) {
    process.exitCode = reportError(error);
  }
}

/** Terraform destroys what its state has, whatever the stack says of it; nobody should need a cluster's keys to get rid of it. */
function withoutCertificates(cluster: Cluster): Cluster {
  return cluster.tls === undefined ? cluster : { ...cluster, tls: { ...cluster.tls, pkiFolder: undefined } };
}
