import { TerraformStack, type TerraformElement } from "cdktf";
import type { Construct } from "constructs";
import type { Cluster } from "../cluster/cluster";
import { stackId } from "../cluster/stack-id";
import { stateBackend } from "./state-backend";

/** Construct id of the one cluster in a stack. */
export const CLUSTER_ID = "cluster";

/** Scopes that are the same for everything in the stack and so say nothing in a resource's name. */
const SILENT_SCOPES = [[CLUSTER_ID, "members"], [CLUSTER_ID]];

/** https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** One cluster on one target: a state of its own, and resource names that a reviewer can read. */
export abstract class EtcdStack extends TerraformStack {
  constructor(scope: Construct, cluster: Cluster) {
    super(scope, stackId(cluster));
    stateBackend(this, cluster);
  }

  /**
   * `etcd-0_instance` for `cluster/members/etcd-0/instance`, without CDKTF's hash: elements of one type differ in their first
   * scope (a member) or in their last.
   */
  protected override allocateLogicalId(element: TerraformElement | Construct["node"]): string {
    const node = "node" in element ? element.node : element;
    const scopes = node.path.split("/").slice(1);
    const silent =
      SILENT_SCOPES.find((prefix) => prefix.every((scope, index) => scopes[index] === scope)) ?? [];
    const id = scopes.slice(silent.length).join("_");
    // A member's name may begin with a digit or hold a dot.
    return IDENTIFIER.test(id) ? id : super.allocateLogicalId(element);
  }
}
