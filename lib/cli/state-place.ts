import { existsSync, readFileSync } from "node:fs";
import { TARGETS, type AwsState, type Cluster, type Target } from "../cluster/cluster";
import { CLUSTER_OUTPUT } from "../cluster/outputs";
import { stateFileName } from "../cluster/stack-id";
import { DefinitionError, ExternalError, UsageError } from "../errors";
import { loadCluster, type DefinitionOptions } from "./definition-file";
import { parseJson } from "./parse-json";

/** Where Terraform keeps the state of a cluster's stack on one target. */
export interface StatePlace {
  readonly target: Target;
  /** For people: the file, or the bucket and key. */
  readonly name: string;
  /** Whether looking there takes the network and credentials. */
  readonly isRemote: boolean;
  /**
   * The stack's output {@link CLUSTER_OUTPUT}; undefined when nothing is deployed.
   * @throws {ExternalError} when the state cannot be read
   */
  readOutput(): Promise<unknown>;
}

/** The place of the cluster's own target. */
export function statePlace(cluster: Cluster): StatePlace {
  return cluster.target === "aws" && cluster.aws.state !== undefined
    ? inBucket(cluster.aws.state)
    : inFile(cluster);
}

/** The places of the targets that `cluster` is not for, as the definition has them. */
export async function otherStatePlaces(cluster: Cluster, options: DefinitionOptions): Promise<StatePlace[]> {
  const targets = TARGETS.filter((target) => target !== cluster.target);
  return Promise.all(
    targets.map(async (target) => {
      const other = await clusterOn(target, options);
      return other === undefined ? inFile({ name: cluster.name, target }) : statePlace(other);
    }),
  );
}

/** The same definition for another target; undefined when there is none, or it has mistakes that matter only there. */
export async function clusterOn(target: Target, options: DefinitionOptions): Promise<Cluster | undefined> {
  try {
    return await loadCluster({ ...options, target }, target);
  } catch (error) {
    if (error instanceof DefinitionError || error instanceof UsageError) return undefined;
    throw error;
  }
}

function inBucket(state: AwsState): StatePlace {
  return {
    target: "aws",
    name: `s3://${state.bucket}/${state.key}`,
    isRemote: true,
    readOutput: async () => {
      const { outputInBucket } = await import("./remote-state.js");
      return outputInBucket(state);
    },
  };
}

function inFile(cluster: Pick<Cluster, "name" | "target">): StatePlace {
  const name = stateFileName(cluster);
  return {
    target: cluster.target,
    name,
    isRemote: false,
    // A promise that rejects, like the other place's.
    readOutput: () => new Promise((resolve) => resolve(outputInFile(name))),
  };
}

/** @see https://developer.hashicorp.com/terraform/internals/json-format – the state's own `outputs` have the same form */
function outputInFile(file: string): unknown {
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
