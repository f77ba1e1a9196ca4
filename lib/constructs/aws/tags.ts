import type { Cluster } from "../../cluster/cluster";

/** `Name` and the cluster's tag on top of what the definition asks for. */
export function tagsFor(cluster: Pick<Cluster, "name">, tags: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return { ...tags, "etcd-cluster": cluster.name, Name: name };
}
