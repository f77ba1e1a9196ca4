import type { AwsCluster } from "../../cluster/cluster";

/** `Name` and the cluster's own tag on top of what the definition asks for. */
export function tagsFor(cluster: AwsCluster, name: string): Record<string, string> {
  return { ...cluster.aws.tags, "etcd-cluster": cluster.name, Name: name };
}
