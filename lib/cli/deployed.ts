import { existsSync, readFileSync } from "node:fs";
import { TARGETS, type Cluster, type Target } from "../cluster/cluster";
import { CLUSTER_OUTPUT, type ClusterOutputs, type MemberOutput } from "../cluster/outputs";
import { stateFileName } from "../cluster/stack-id";
import { ExternalError } from "../errors";
import { askedTarget, loadCluster, type DefinitionOptions } from "./definition-file";
import { OUTPUTS_VARIABLE } from "./deploy-variables";

/**
 * What was deployed, as the stack's outputs say.
 *
 * @throws {ExternalError} when nothing is deployed
 * @throws {DefinitionError} when the definition, which names the cluster, is wrong
 */
export async function deployedOutputs(options: DefinitionOptions): Promise<ClusterOutputs> {
  const handed = process.env[OUTPUTS_VARIABLE];
  if (handed !== undefined && handed !== "")
    return outputsFrom(
      parseJson(handed, OUTPUTS_VARIABLE, "unset it: only a deploy sets it, for the steps it calls"),
      OUTPUTS_VARIABLE,
    );
  const cluster = await loadCluster(options, "local");
  const targets =
    askedTarget(options) === undefined ? [cluster.target, ...otherTargets(cluster)] : [cluster.target];
  for (const target of targets) {
    const file = stateFileName({ name: cluster.name, target });
    const outputs = outputsInState(file);
    if (outputs !== undefined) return outputsFrom(outputs, file);
  }
  const files = targets.map((target) => stateFileName({ name: cluster.name, target }));
  throw new ExternalError(
    `the cluster ${cluster.name} is not deployed here (looked for ${files.join(" and ")})`,
    {
      remedy: "deploy it with `cdktf-etcd up`, or ask any etcd with --endpoints URL,URL",
    },
  );
}

/**
 * Targets on which the cluster is deployed from this folder, besides its own one.
 *
 * @throws {ExternalError} when a state cannot be read
 */
export function alsoDeployedOn(cluster: Pick<Cluster, "name" | "target">): Target[] {
  return otherTargets(cluster).filter(
    (target) => outputsInState(stateFileName({ name: cluster.name, target })) !== undefined,
  );
}

function otherTargets(cluster: Pick<Cluster, "target">): Target[] {
  return TARGETS.filter((target) => target !== cluster.target);
}

/** @see https://developer.hashicorp.com/terraform/internals/json-format – the state's own `outputs` have the same form */
function outputsInState(file: string): unknown {
  if (!existsSync(file)) return undefined;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ExternalError(
      `cannot read the Terraform state ${file}: ${error instanceof Error ? error.message : String(error)}`,
      {
        remedy: "see what stands there and who may read it",
        cause: error,
      },
    );
  }
  const remedy = `Terraform keeps the state before the last change in ${file}.backup`;
  const state = parseJson(text, `the Terraform state ${file}`, remedy) as {
    outputs?: Record<string, { value?: unknown } | undefined>;
  } | null;
  return state?.outputs?.[CLUSTER_OUTPUT]?.value;
}

function parseJson(text: string, origin: string, remedy: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ExternalError(
      `${origin} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      {
        remedy,
        cause: error,
      },
    );
  }
}

function outputsFrom(value: unknown, origin: string): ClusterOutputs {
  const outputs = value as Partial<ClusterOutputs> | null;
  const isReadable =
    outputs?.schemaVersion === 1 &&
    Array.isArray(outputs.members) &&
    outputs.members.every(isMember) &&
    Array.isArray(outputs.learners);
  if (!isReadable) {
    throw new ExternalError(`${origin} holds no outputs that this version of cdktf-etcd can read`, {
      remedy: "deploy again with this version",
    });
  }
  return outputs as ClusterOutputs;
}

function isMember(value: unknown): value is MemberOutput {
  const { name, endpoint, peerUrl } = (value ?? {}) as Partial<Record<keyof MemberOutput, unknown>>;
  return [name, endpoint, peerUrl].every((field) => typeof field === "string");
}
