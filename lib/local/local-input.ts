import { join } from "node:path";
import type { LocalCluster } from "../cluster/cluster";

/** Environment variable in which a deployment hands the definition to its provisioners. */
export const LOCAL_INPUT_VARIABLE = "CDKTF_ETCD_LOCAL_INPUT";

/** What a provisioner of the local target is told, as JSON. */
export interface LocalInput {
  readonly cluster: LocalCluster;
  /** Folder of processes, logs and data, relative to the project's folder. */
  readonly stateDir: string;
}

/** The folder of a local cluster, relative to the project's folder. */
export function stateDirOf(clusterName: string): string {
  return join(".cdktf-etcd", clusterName);
}
