import { existsSync, readFileSync } from "node:fs";
import type { Cluster } from "../../cluster/cluster";
import { DEFAULT_RELEASE } from "../../cluster/etcd-release";
import type { ClusterOutputs } from "../../cluster/outputs";
import { pkiLayout } from "../../cluster/pki-layout";
import { effectiveSettings } from "../../cluster/settings";
import type { ClusterExpectation, DefinedCluster } from "../../verification";

/** A definition that could be read, and where it stands. */
export interface ReadDefinition {
  readonly file: string;
  readonly cluster: Cluster;
}

/** What was deployed; beside it what the definition says now, when it can be read and is for the same cluster. */
export function expectedOfOutputs(
  outputs: ClusterOutputs,
  definition: ReadDefinition | undefined,
): ClusterExpectation {
  return {
    clusterName: outputs.name,
    members: outputs.members.map(({ name, endpoint, peerUrl }) => member(name, endpoint, peerUrl)),
    release: outputs.release,
    learners: outputs.learners,
    ...(definition === undefined
      ? {}
      : { defined: definedBy(definition), ...raftTiming(definition.cluster) }),
  };
}

/** What the definition says, whether it was deployed or not. */
export function expectedOfDefinition(cluster: Cluster): ClusterExpectation {
  return {
    clusterName: cluster.name,
    members: membersOf(cluster),
    release: cluster.etcd.release,
    learners: cluster.learners,
    ...raftTiming(cluster),
  };
}

/**
 * The CA of the members' certificates for each other, where it is kept here.
 *
 * @param caFile of the CA for clients, by which certificates that are kept here are told from a user's own
 */
export function peerCaOf(clusterName: string, caFile: string): Buffer | undefined {
  const { clientCa, peerCa } = pkiLayout(clusterName);
  return caFile === clientCa.certFile && existsSync(peerCa.certFile)
    ? readFileSync(peerCa.certFile)
    : undefined;
}

function definedBy({ file, cluster }: ReadDefinition): DefinedCluster {
  const { etcd, learners } = cluster;
  return { source: file, members: membersOf(cluster), release: etcd.release, learners };
}

function membersOf({ members }: Cluster): ClusterExpectation["members"] {
  return members.map(({ name, clientUrl, peerUrl }) => member(name, clientUrl, peerUrl));
}

function member(name: string, endpoint: string, peerUrl: string): ClusterExpectation["members"][number] {
  return { name, endpoint, peerUrls: [peerUrl], clientUrls: [endpoint] };
}

function raftTiming({
  etcd,
}: Cluster): Pick<ClusterExpectation, "heartbeatIntervalMs" | "electionTimeoutMs"> {
  const settings = effectiveSettings(etcd.settings, etcd.release ?? DEFAULT_RELEASE);
  return {
    heartbeatIntervalMs: settings.heartbeatIntervalMs,
    electionTimeoutMs: settings.electionTimeoutMs,
  };
}
