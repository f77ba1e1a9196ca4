import { existsSync, rmSync } from "node:fs";
import { stateFileName } from "../../cluster/stack-id";
import { runCdktf } from "../cdktf";
import { alsoDeployedOn } from "../deployed";
import { definitionFile, loadCluster, type DefinitionOptions } from "../definition-file";
import { EXIT, type ExitCode } from "../exit-codes";
import { UsageError } from "../../errors";

export interface DownOptions extends DefinitionOptions {
  readonly deleteData?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** Destroys what `up` deployed and stops what it started. */
export async function down(options: DownOptions, signal: AbortSignal): Promise<ExitCode> {
  const cluster = await loadCluster(options, "local");
  if (options.deleteData === true && cluster.target !== "local") {
    throw new UsageError(
      "--delete-data is for the local target; data volumes on AWS go with the stack, once aws.dataVolume.preventDestroy is false",
    );
  }
  if (existsSync(stateFileName(cluster))) {
    await runCdktf({
      command: "destroy",
      cluster,
      file: definitionFile(options),
      verbose: options.verbose === true,
      signal,
      onLine: say,
    });
  } else {
    say(`the cluster ${cluster.name} is not deployed here (no ${stateFileName(cluster)})`);
    for (const target of alsoDeployedOn(cluster))
      say(`it is deployed on the target ${target}: --target ${target} takes that down`);
  }
  if (cluster.target === "local") await sweep(cluster.name, options.deleteData === true);
  return EXIT.ok;
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
