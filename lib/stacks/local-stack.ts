import type { Construct } from "constructs";
import { readFileSync } from "node:fs";
import type { LocalCluster as Definition } from "../cluster/cluster";
import { stateFileName } from "../cluster/stack-id";
import { LocalCluster } from "../constructs/local/local-cluster";
import { stateDirOf } from "../local";
import { CLUSTER_ID, EtcdStack } from "./etcd-stack";

/** `terraform_data` came with 1.4. */
const TERRAFORM_VERSIONS = ">= 1.4.0";

/** An etcd cluster of processes on this machine; needs no provider and no network. */
export class LocalStack extends EtcdStack {
  constructor(scope: Construct, cluster: Definition) {
    super(scope, cluster);
    this.addOverride("terraform.required_version", TERRAFORM_VERSIONS);
    new LocalCluster(this, CLUSTER_ID, {
      cluster,
      stateDir: stateDirOf(cluster.name),
      isDeployed: hasResources(stateFileName(cluster)),
    });
  }
}

/** Whether a Terraform state is there that is not empty. A broken one is for Terraform to complain of. */
function hasResources(stateFile: string): boolean {
  try {
    const state = JSON.parse(readFileSync(stateFile, "utf8")) as { resources?: unknown[] } | null;
    return (state?.resources?.length ?? 0) > 0;
  } catch {
    return false;
  }
}
