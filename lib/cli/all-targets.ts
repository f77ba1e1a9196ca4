import { TARGETS, type Cluster } from "../cluster/cluster";
import { DefinitionError } from "../errors";
import { definitionFile, loadCluster, type DefinitionOptions } from "./definition-file";

/**
 * The cluster for each target that the definition can be deployed to, the chosen one first: members have other addresses on
 * each, and one set of certificates serves all.
 *
 * @throws {UsageError | DefinitionError} when it cannot be deployed to the chosen one
 */
export async function loadForAllTargets(
  options: Pick<DefinitionOptions, "cluster">,
): Promise<readonly [Cluster, ...Cluster[]]> {
  const chosen = await loadCluster(options, "local");
  const others: Cluster[] = [];
  for (const target of TARGETS.filter((known) => known !== chosen.target)) {
    try {
      others.push(await loadCluster({ ...options, target }, target));
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      // A definition without the section `aws` is not meant for it; one with mistakes in it is, later on.
      if (error.mistakes.some(({ path }) => path !== target)) {
        process.stderr.write(
          `${definitionFile(options)} cannot be deployed to ${target} as it is; the certificates are for ${chosen.target} only\n`,
        );
      }
    }
  }
  return [chosen, ...others];
}
