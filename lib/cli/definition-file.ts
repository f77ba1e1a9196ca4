import { readFileSync } from "node:fs";
import { TARGETS, type Cluster, type Target } from "../cluster/cluster";
import { UsageError } from "../errors";

export const DEFAULT_DEFINITION_FILE = "cluster.yaml";

/** Options that choose the definition; each also has an environment variable, for `cdktf`, which takes no options of ours. */
export interface DefinitionOptions {
  /** @default - `$CLUSTER`, else `cluster.yaml` */
  readonly cluster?: string | undefined;
  /** @default - `$TARGET`, else the definition's */
  readonly target?: string | undefined;
}

export function definitionFile(options: DefinitionOptions): string {
  return options.cluster ?? nonEmpty(process.env["CLUSTER"]) ?? DEFAULT_DEFINITION_FILE;
}

/**
 * The target that somebody asked for outside the definition.
 * @throws {UsageError} when it is none
 */
export function askedTarget(options: DefinitionOptions): Target | undefined {
  const asked = options.target ?? nonEmpty(process.env["TARGET"]);
  if (asked === undefined) return undefined;
  const target = TARGETS.find((known) => known === asked);
  if (target === undefined) {
    const origin = options.target === undefined ? "the environment variable TARGET" : "--target";
    throw new UsageError(`${origin} must be ${TARGETS.join(" or ")}, got "${asked}"`);
  }
  return target;
}

/**
 * Reads and validates the definition.
 *
 * @param defaultTarget when neither options, environment nor definition choose one
 * @throws {UsageError} when there is no such file
 * @throws {DefinitionError} with all mistakes in it
 */
export async function loadCluster(options: DefinitionOptions, defaultTarget: Target): Promise<Cluster> {
  const file = definitionFile(options);
  const target = askedTarget(options);
  const text = readDefinition(file);
  const { parseCluster } = await import("../cluster/define.js");
  return parseCluster(text, file, target, defaultTarget);
}

function readDefinition(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw new UsageError(`cannot read the cluster definition ${file}: ${reasonOf(error)}`, {
      remedy:
        "write one (its smallest form is one line, name: my-cluster), or name another with --cluster FILE or CLUSTER=FILE",
      cause: error,
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return REASONS[(error as NodeJS.ErrnoException).code ?? ""] ?? error.message;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
