import type { Target } from "../../lib/cluster/cluster";
import { parseCluster } from "../../lib/cluster/define";
import { DefinitionError } from "../../lib/errors";

/** All that a reader gets to see about a definition; throws when there is nothing wrong, or something else goes wrong. */
export function mistakesOf(text: string, target: Target = "local"): string {
  try {
    parseCluster(text, "cluster.yaml", undefined, target);
  } catch (error) {
    if (error instanceof DefinitionError && error.mistakes.length > 0) return `\n${error.message}\n`;
    throw error;
  }
  throw new Error(`nothing is wrong with:\n${text}`);
}
