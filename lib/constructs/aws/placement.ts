import { PlacementGroup } from "@cdktf/provider-aws/lib/placement-group";
import type { Construct } from "constructs";
import type { AwsCluster } from "../../cluster/cluster";
import { tagsFor } from "./tags";

/**
 * A group whose instances stand on racks of their own, with their own network and power: at most seven per zone, as many as etcd
 * has members.
 *
 * It costs nothing and is there also when nobody is to be in it: members leave it one at a time.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html#placement-groups-spread
 */
export function placementGroup(scope: Construct, cluster: AwsCluster): PlacementGroup {
  const name = `etcd-${cluster.name}`;
  return new PlacementGroup(scope, "placement", { name, strategy: "spread", tags: tagsFor(cluster, name) });
}
