import type { AwsCluster, Member } from "../../cluster/cluster";

/** `Name` and the cluster's own tag on top of what the definition asks for. */
export function tagsFor(cluster: AwsCluster, name: string): Record<string, string> {
  return { ...cluster.aws.tags, "etcd-cluster": cluster.name, Name: name };
}

/** Of what belongs to one member. */
export function memberTags(cluster: AwsCluster, member: Member, name: string): Record<string, string> {
  return { ...tagsFor(cluster, name), "etcd-member": member.name };
}
