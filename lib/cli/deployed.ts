import type { Cluster } from "../cluster/cluster";
import { parseOutputs, type ClusterOutputs } from "../cluster/outputs";
import { ExternalError } from "../errors";
import { askedTarget, loadCluster, type DefinitionOptions } from "./definition-file";
import { OUTPUTS_VARIABLE } from "./deploy-variables";
import { parseJson } from "./parse-json";
import { otherStatePlaces, statePlace, type StatePlace } from "./state-place";

/** For commands that can ask any etcd. */
const ASK_OTHERS =
  "--from definition asks the members that the definition names, --endpoints URL,URL any etcd";

/** For commands that need a definition. */
export const FROM_DEFINITION =
  "--from definition takes the members that the definition names, whether deployed or not";

/**
 * What was deployed, as the stack's outputs say.
 *
 * @param otherwise what else the command can do, when nothing is deployed
 * @throws {ExternalError} when nothing is deployed, or a state cannot be read
 * @throws {DefinitionError} when the definition, which names the cluster, is wrong
 */
export async function deployedOutputs(
  options: DefinitionOptions,
  otherwise = ASK_OTHERS,
): Promise<ClusterOutputs> {
  const handed = process.env[OUTPUTS_VARIABLE];
  if (handed !== undefined && handed !== "")
    return outputsFrom(
      parseJson(handed, OUTPUTS_VARIABLE, "unset it: only a deploy sets it, for the steps it calls"),
      OUTPUTS_VARIABLE,
    );
  const cluster = await loadCluster(options, "local");
  const target = askedTarget(options);
  const others = target === undefined ? await otherStatePlaces(cluster, options) : [];
  const places = [statePlace(cluster), ...others];
  for (const place of places) {
    const outputs = await place.readOutput();
    if (outputs !== undefined) return outputsFrom(outputs, place.name);
  }
  throw new ExternalError(
    `the cluster ${cluster.name} is not deployed here (looked for ${places.map(({ name }) => name).join(" and ")})`,
    {
      remedy: `deploy it with \`cdktf-etcd up${target === undefined ? "" : ` --target ${target}`}\`; ${otherwise}`,
    },
  );
}

/**
 * Places of other targets where the cluster is deployed, or may be: a remote state is not asked for an answer that is only a hint.
 *
 * @throws {ExternalError} when a state cannot be read
 */
export async function alsoDeployedOn(cluster: Cluster, options: DefinitionOptions): Promise<StatePlace[]> {
  const found: StatePlace[] = [];
  for (const place of await otherStatePlaces(cluster, options))
    if (place.isRemote || (await place.readOutput()) !== undefined) found.push(place);
  return found;
}

function outputsFrom(value: unknown, origin: string): ClusterOutputs {
  const outputs = parseOutputs(value);
  if (outputs === undefined) {
    throw new ExternalError(`${origin} holds no outputs that this version of cdktf-etcd can read`, {
      remedy: "deploy again with this version",
    });
  }
  return outputs;
}
