import type { Construct } from "constructs";
import type { LocalCluster as Definition } from "../cluster/cluster";
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
    new LocalCluster(this, CLUSTER_ID, { cluster, stateDir: stateDirOf(cluster.name) });
  }
}
