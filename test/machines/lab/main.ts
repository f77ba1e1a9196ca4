/** `npm run lab`: see its --help. */
import { parse } from "yaml";
import type { ClusterDefinition } from "../../../lib/cluster/definition";
import { untilAborted } from "../../../lib/client";
import { etcdBinaries } from "../../support/etcd";
import { ensureHostPackages, labProblem } from "../image/requirements";
import { rootFileSystem } from "../image/root-file-system";
import type { CreateOptions } from "./commands/lab-control";
import { pickRelease } from "./commands/pick-release";
import { runLabCommand } from "./commands/run";
import { Lab } from "./lab";

async function create({ definition, release, onProgress, signal }: CreateOptions): Promise<Lab> {
  onProgress(
    "the machines' root file system, which takes about two minutes when it is built for the first time",
  );
  // Broken off half-way, these leave nothing that counts as done.
  await untilAborted(
    ensureHostPackages().then(() => rootFileSystem()),
    signal,
  );
  const atHand = await untilAborted(etcdBinaries(), signal);
  const etcd = release === undefined ? undefined : pickRelease(release, atHand);
  const lab = await Lab.create({
    // The command has validated it.
    ...(definition === undefined ? {} : { definition: parse(definition) as Partial<ClusterDefinition> }),
    ...(etcd === undefined ? {} : { etcd }),
    onProgress,
  });
  if (definition !== undefined)
    onProgress("release, image and instance type of the definition become what this machine can run");
  onProgress(`the members get etcd ${lab.mirror.release}`);
  return lab;
}

void runLabCommand(process.argv.slice(2), { problem: labProblem, create });
