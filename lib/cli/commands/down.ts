import { existsSync, rmSync } from "node:fs";
import type { Cluster } from "../../cluster/cluster";
import { runCdktf } from "../cdktf";
import { alsoDeployedOn } from "../deployed";
import { definitionFile, loadCluster, type DefinitionOptions } from "../definition-file";
import { EXIT, type ExitCode } from "../exit-codes";
import { UsageError } from "../../errors";
import { statePlace } from "../state-place";

export interface DownOptions extends DefinitionOptions {
  readonly deleteData?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** Destroys what `up` deployed and stops what it started. */
export async function down(options: DownOptions, signal: AbortSignal): Promise<ExitCode> {
  const cluster = await loadCluster(options, "local");
  refuseToDeleteProtected(cluster, options);
  const place = statePlace(cluster);
  // A remote state is Terraform's to look at; without resources in it there is nothing to destroy.
  if (place.isRemote || existsSync(place.name)) {
    await runCdktf({
      command: "destroy",
      cluster,
      file: definitionFile(options),
      verbose: options.verbose === true,
      signal,
      onLine: say,
    });
  } else {
    say(`the cluster ${cluster.name} is not deployed here (no ${place.name})`);
    for (const { target, name, isRemote } of await alsoDeployedOn(cluster, options))
      say(
        `${isRemote ? `its state on the target ${target} would be ${name}` : `it is deployed on the target ${target}`}: --target ${target} takes that down`,
      );
  }
  if (cluster.target === "local") await sweep(cluster.name, options.deleteData === true);
  const { pkiFolder } = cluster.tls ?? {};
  if (pkiFolder !== undefined && existsSync(pkiFolder))
    say(`kept ${pkiFolder}: the CAs and certificates, for when the cluster comes up again`);
  return EXIT.ok;
}

/**
 * On AWS the definition protects the data, where a change is reviewed and stays on record: no option of a command overrules it.
 *
 * @throws {UsageError} with the way to really destroy the cluster
 */
function refuseToDeleteProtected(cluster: Cluster, { deleteData }: DownOptions): void {
  if (deleteData !== true || cluster.target === "local" || !cluster.aws.preventDestroy) return;
  throw new UsageError(`aws.preventDestroy protects the data volumes and the bucket of ${cluster.name}`, {
    remedy:
      "to give the data up for ever, set aws.preventDestroy: false, deploy that with `cdktf-etcd up --target aws`, then `cdktf-etcd down --target aws`",
  });
}

/** Members that the state does not know any more, because the definition changed under them, are stopped by their records. */
async function sweep(name: string, deleteData: boolean): Promise<void> {
  const { memberFolder, readRecords, stateDirOf, stopMember } = await import("../../local/index.js");
  const stateDir = stateDirOf(name);
  for (const [memberName, state] of readRecords(stateDir)) {
    if (state.kind === "none") continue;
    const { message } = await stopMember({ folder: memberFolder(stateDir, memberName), memberName });
    say(`${memberName}: ${message}`);
  }
  if (deleteData && existsSync(stateDir)) {
    rmSync(stateDir, { recursive: true });
    say(`deleted ${stateDir}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
