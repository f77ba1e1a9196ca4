import type { Cluster } from "../cluster/cluster";
import { OPERATOR, pkiLayout, type KeyPairFiles, type PkiLayout } from "../cluster/pki-layout";
import { UsageError } from "../errors";
import { subjectNames } from "./subject-names";

/** What clients see, and what members show each other: each has a CA of its own, so that no client can pose as a member. */
export type Plane = "client" | "peer";

export interface AuthorityPlan extends KeyPairFiles {
  readonly plane: Plane;
  /** For people: `client CA`. */
  readonly title: string;
  readonly commonName: string;
}

export type LeafPurpose = "server" | "peer" | "client";

/** A certificate that a CA signs, as it should be. */
export interface LeafPlan extends KeyPairFiles {
  readonly purpose: LeafPurpose;
  /** Signed by the CA of this plane. */
  readonly plane: Plane;
  /** Name of the member, operator or application; also the common name. */
  readonly owner: string;
  /** IP addresses and DNS names that it must be valid for. */
  readonly names: readonly string[];
}

/** All that the members of a cluster and its operator need. */
export interface PkiPlan {
  readonly clusterName: string;
  readonly layout: PkiLayout;
  readonly authorities: Readonly<Record<Plane, AuthorityPlan>>;
  readonly memberNames: readonly string[];
  /** Of the members and the operator. */
  readonly leaves: readonly LeafPlan[];
}

/** One cluster, or the same definition once for each target that its certificates are to serve. */
export type Clusters = Cluster | readonly Cluster[];

/** Whether `cdktf-etcd pki` keeps this cluster's certificates. */
export function hasManagedPki(cluster: Cluster): boolean {
  return cluster.tls?.pkiFolder !== undefined;
}

/** @throws {UsageError} when the cluster has no certificates, or brings its own */
export function planPki(clusters: Clusters): PkiPlan {
  const all: readonly Cluster[] = "name" in clusters ? [clusters] : clusters;
  const [first] = all;
  if (first === undefined) throw new TypeError("certificates of no cluster");
  refuseForeign(first);
  const { name: clusterName } = first;
  const layout = pkiLayout(clusterName);
  const memberNames = first.members.map(({ name }) => name);
  return {
    clusterName,
    layout,
    memberNames,
    authorities: {
      client: authority(clusterName, "client", layout.clientCa),
      peer: authority(clusterName, "peer", layout.peerCa),
    },
    leaves: [
      ...memberNames.flatMap((owner): LeafPlan[] => {
        const names = subjectNames(all, owner);
        return [
          { ...layout.server(owner), purpose: "server", plane: "client", owner, names },
          { ...layout.peer(owner), purpose: "peer", plane: "peer", owner, names },
        ];
      }),
      clientPlan(layout, OPERATOR),
    ],
  };
}

export function clientPlan(layout: PkiLayout, owner: string): LeafPlan {
  return { ...layout.client(owner), purpose: "client", plane: "client", owner, names: [] };
}

function authority(clusterName: string, plane: Plane, files: KeyPairFiles): AuthorityPlan {
  return { ...files, plane, title: `${plane} CA`, commonName: `etcd ${plane} CA of ${clusterName}` };
}

function refuseForeign(cluster: Cluster): void {
  if (cluster.tls === undefined) {
    throw new UsageError(
      `${cluster.name} speaks plain HTTP (tls: false in its definition) and has no certificates`,
      { remedy: "remove tls: false to get mutual TLS" },
    );
  }
  if (cluster.tls.pkiFolder === undefined) {
    throw new UsageError(
      `the definition of ${cluster.name} names its own certificate files; there is nothing to keep here`,
      { remedy: "to have them made and kept by cdktf-etcd, remove tls from the definition" },
    );
  }
}
