import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { tlsFilesOf, type LocalCluster, type Tls, type TlsFiles } from "../cluster/cluster";

/** etcd runs in a folder of its own, and the definition's paths are relative to the project's. */
export function withAbsoluteTls(cluster: LocalCluster): LocalCluster {
  const { tls } = cluster;
  if (tls === undefined) return cluster;
  const absolute = ({ caFile, certFile, keyFile }: TlsFiles): TlsFiles => ({
    caFile: resolve(caFile),
    certFile: resolve(certFile),
    keyFile: resolve(keyFile),
  });
  return {
    ...cluster,
    tls: {
      ...tls,
      client: absolute(tls.client),
      peer: absolute(tls.peer),
      operator: absolute(tls.operator),
    },
  };
}

/**
 * Another text when the CAs are others. etcd keeps them in memory from its start on, while it reads its certificates and keys
 * again for every connection (https://github.com/etcd-io/etcd/blob/v3.5.16/client/pkg/transport/listener.go, `GetCertificate`): so only
 * other CAs need a restart.
 *
 * @returns undefined when that cannot be known, because files that are not ours to make are not there
 */
export function trustOf(tls: Tls | undefined, memberName: string): string | undefined {
  if (tls === undefined) return "";
  const files = [tls.client, tls.peer].map((plane) => resolve(tlsFilesOf(plane, memberName).caFile));
  // Those that we keep are made before the member starts, and then they are new.
  if (!files.every((file) => existsSync(file))) return tls.pkiFolder === undefined ? undefined : "none yet";
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}
