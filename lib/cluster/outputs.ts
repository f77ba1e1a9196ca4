import type { Cluster, Target, TlsFiles } from "./cluster";

/**
 * What a stack tells the verifier: the contract between `cdktf deploy` and `cdktf-etcd verify`, as the Terraform output
 * `etcd_cluster`.
 */
export interface ClusterOutputs {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly target: Target;
  /** Absent when the definition leaves the release open. */
  readonly release?: string;
  readonly members: readonly MemberOutput[];
  readonly learners: readonly string[];
  /** PEM files on the operator's machine; absent means plain HTTP. */
  readonly tls?: TlsFiles;
}

export interface MemberOutput {
  readonly name: string;
  readonly peerUrl: string;
  /** The member's client URL. */
  readonly endpoint: string;
}

/** Name of the Terraform output. */
export const CLUSTER_OUTPUT = "etcd_cluster";

export function outputsOf(cluster: Cluster): ClusterOutputs {
  return {
    schemaVersion: 1,
    name: cluster.name,
    target: cluster.target,
    ...(cluster.etcd.release === undefined ? {} : { release: cluster.etcd.release }),
    members: cluster.members.map(({ name, peerUrl, clientUrl }) => ({ name, peerUrl, endpoint: clientUrl })),
    learners: cluster.learners,
    ...(cluster.tls === undefined ? {} : { tls: cluster.tls.operator }),
  };
}
