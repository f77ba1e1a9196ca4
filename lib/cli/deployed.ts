import { existsSync, readFileSync } from "node:fs";
import { TARGETS, type Target } from "../cluster/cluster";
import { CLUSTER_OUTPUT, type ClusterOutputs } from "../cluster/outputs";
import { stateFileName } from "../cluster/stack-id";
import { ExternalError } from "../errors";
import { askedTarget, loadCluster, type DefinitionOptions } from "./definition-file";

/** In which a deploy hands its outputs to the check that it runs: Terraform cannot read them back before it ends. */
export const OUTPUTS_VARIABLE = "CDKTF_ETCD_OUTPUTS";

/**
 * What was deployed, as the stack's outputs say.
 *
 * @throws {ExternalError} when nothing is deployed
 * @throws {DefinitionError} when the definition, which names the cluster, is wrong
 */
export async function deployedOutputs(options: DefinitionOptions): Promise<ClusterOutputs> {
  const handed = process.env[OUTPUTS_VARIABLE];
  if (handed !== undefined && handed !== "") return outputsFrom(JSON.parse(handed), OUTPUTS_VARIABLE);
  const cluster = await loadCluster(options, "local");
  const isChosen = askedTarget(options) !== undefined;
  const candidates: readonly Target[] = isChosen ? [cluster.target] : [cluster.target, ...TARGETS.filter((target) => target !== cluster.target)];
  for (const target of candidates) {
    const file = stateFileName({ name: cluster.name, target });
    const outputs = existsSync(file) ? outputsInState(file) : undefined;
    if (outputs !== undefined) return outputsFrom(outputs, file);
  }
  throw new ExternalError(`the cluster ${cluster.name} is not deployed here (looked for ${candidates.map((target) => stateFileName({ name: cluster.name, target })).join(" and ")})`, {
    remedy: "deploy it with `cdktf-etcd up`, or ask any etcd with --endpoints URL,URL",
  });
}

/** @see https://developer.hashicorp.com/terraform/internals/json-format – the state's own `outputs` have the same form */
function outputsInState(file: string): unknown {
  let state: unknown;
  try {
    state = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ExternalError(`cannot read the Terraform state ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const outputs = (state as { outputs?: Record<string, { value?: unknown } | undefined> } | null)?.outputs;
  return outputs?.[CLUSTER_OUTPUT]?.value;
}

function outputsFrom(value: unknown, origin: string): ClusterOutputs {
  const outputs = value as Partial<ClusterOutputs> | null;
  if (outputs?.schemaVersion !== 1 || !Array.isArray(outputs.members)) {
    throw new ExternalError(`${origin} holds no outputs that this version of cdktf-etcd can read`, {
      remedy: "deploy again with this version",
    });
  }
  return outputs as ClusterOutputs;
}
