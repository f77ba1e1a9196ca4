import { LocalBackend, TerraformStack, type TerraformElement } from "cdktf";
import type { Construct } from "constructs";
import type { Cluster } from "../cluster/cluster";
import { stackId, stateFileName } from "../cluster/stack-id";
import { projectFolder } from "../constructs/cli-command";

/** Construct id of the one cluster in a stack; left out of resource names. */
export const CLUSTER_ID = "cluster";

/** One cluster on one target: a state of its own, and resource names that a reviewer can read. */
export abstract class EtcdStack extends TerraformStack {
  constructor(scope: Construct, cluster: Cluster) {
    super(scope, stackId(cluster));
    // CDKTF's default writes an absolute path, which differs by checkout.
    new LocalBackend(this, { path: `${projectFolder(this)}/${stateFileName(cluster)}` });
  }

  /** `etcd-0_instance` for `cluster/etcd-0/instance`: paths are unique here, so CDKTF's hash suffix says nothing. */
  protected override allocateLogicalId(element: TerraformElement | Construct["node"]): string {
    const node = "node" in element ? element.node : element;
    const scopes = node.path.split("/").slice(1);
    return (scopes[0] === CLUSTER_ID ? scopes.slice(1) : scopes).join("_");
  }
}
