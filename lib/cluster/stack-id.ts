import type { Cluster } from "./cluster";

/** Name of a cluster's stack, and of its folder: targets must not share one, their Terraform backends differ. */
export function stackId({ name, target }: Pick<Cluster, "name" | "target">): string {
  return `${name}-${target}`;
}

/** Terraform's local state of the stack, in the project's folder. */
export function stateFileName(cluster: Pick<Cluster, "name" | "target">): string {
  return `terraform.${stackId(cluster)}.tfstate`;
}
