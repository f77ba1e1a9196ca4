import { existsSync } from "node:fs";
import { TARGETS, type AwsCluster, type Cluster } from "../cluster/cluster";
import { pkiLayout } from "../cluster/pki-layout";
import { ExternalError } from "../errors";
import type { PkiStep } from "../pki";
import type { DefinitionOptions } from "./definition-file";
import { clusterOn, statePlace } from "./state-place";

export interface EnsureOptions {
  readonly signal: AbortSignal;
  /** Takes what is to be shown. */
  readonly onLine: (line: string) => void;
}

/**
 * Makes the certificates that are missing, do not fit or have expired, for the cluster whose certificates are kept here.
 *
 * @throws {ExternalError} when a CA is incomplete, or its key is needed and not here
 */
export async function ensureCertificates(
  cluster: Cluster,
  options: DefinitionOptions,
  { signal, onLine }: EnsureOptions,
): Promise<void> {
  if (cluster.tls?.pkiFolder === undefined) return;
  const { ensurePki } = await import("../pki/index.js");
  const steps = await ensurePki(await onAllTargets(cluster, options), { signal });
  account(cluster, steps).forEach(onLine);
}

/**
 * The cluster as it is on each of its targets: the same certificates serve them all, so that a deploy on one does not take away what
 * the other needs.
 */
async function onAllTargets(cluster: Cluster, options: DefinitionOptions): Promise<Cluster[]> {
  const others = await Promise.all(
    TARGETS.filter((target) => target !== cluster.target).map((target) => clusterOn(target, options)),
  );
  return [
    cluster,
    ...others.filter(
      (other) => other !== undefined && other.name === cluster.name && other.tls?.pkiFolder !== undefined,
    ),
  ] as Cluster[];
}

/** What was done, in few lines; none when all was right. */
function account({ target, tls }: Cluster, steps: readonly PkiStep[]): string[] {
  const made = steps.filter(({ kind }) => kind === "made").length;
  const keep = target === "aws" ? "; keep a copy, nobody can make others that the members trust" : "";
  return [
    ...(made === 0
      ? []
      : [
          `made ${made === 1 ? "a certificate and its key" : `${made} certificates and their keys`} in ${tls?.pkiFolder ?? ""}${keep}`,
        ]),
    ...steps.flatMap(({ kind, certFile, reason }) => {
      const why = reason === undefined ? "" : `: ${reason}`;
      if (kind === "reissued") return [`made anew ${certFile}${why}`];
      return kind === "closed" ? [`took the key of ${certFile} from others${why}`] : [];
    }),
  ];
}

/**
 * In a checkout without the cluster's certificates a new CA would be made, and uploaded to members that trust another one.
 *
 * @throws {ExternalError} when the cluster is deployed and its CAs are not here, or the state cannot be read
 */
export async function refuseNewAuthority(cluster: AwsCluster): Promise<void> {
  if (cluster.tls?.pkiFolder === undefined) return;
  const { folder, clientCa, peerCa } = pkiLayout(cluster.name);
  const missing = [clientCa, peerCa].map(({ certFile }) => certFile).filter((file) => !existsSync(file));
  if (missing.length === 0) return;
  const place = statePlace(cluster);
  if ((await place.readOutput()) === undefined) return;
  throw new ExternalError(
    `${cluster.name} is deployed (${place.name}) and its certificates are not here: ${missing.join(" and ")} missing`,
    {
      remedy: `bring ${folder} from where the cluster was deployed. For new CAs in place of the lost ones run \`cdktf-etcd pki init\`: members and clients that have the old certificates then do not understand the others until all have the new ones`,
    },
  );
}
