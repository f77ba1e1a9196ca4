import { DefinitionError, type Mistake } from "../errors";
import { TARGETS, type AwsCluster, type Cluster, type Target } from "./cluster";
import type { ClusterDefinition } from "./definition";
import { formatPath, placeOf, touches } from "./path";
import { resolve } from "./resolve";
import { RULES } from "./rules";
import type { Rule } from "./rules/rule";
import { salvage } from "./salvage";
import { definitionSchema } from "./schema";
import { schemaMistakes, type PlacedMistake } from "./schema-mistakes";
import { readYaml } from "./yaml-source";

/**
 * Validates a definition given as an object and works out every address in it.
 *
 * @throws {DefinitionError} with all mistakes at once
 */
export function defineCluster(definition: ClusterDefinition & { readonly target: "aws" }): AwsCluster;
export function defineCluster(definition: ClusterDefinition, target?: Target): Cluster;
export function defineCluster(
  definition: ClusterDefinition,
  target: Target = targetOf(definition) ?? "aws",
): Cluster {
  const { cluster, mistakes } = examine(definition, target);
  if (cluster === undefined) {
    throw new DefinitionError(
      mistakes.map(({ path, message, remedy }) => ({ path: formatPath(path), message, remedy })),
    );
  }
  return cluster;
}

/**
 * Validates the text of a `cluster.yaml`.
 *
 * @param file only named in the mistakes
 * @param target wins over the definition's own
 * @throws {DefinitionError} with all mistakes at once, each with its line
 */
export function parseCluster(
  text: string,
  file: string,
  target: Target | undefined,
  defaultTarget: Target,
): Cluster {
  const read = readYaml(text, file);
  if ("mistakes" in read) throw new DefinitionError(read.mistakes);
  const { source } = read;
  const { cluster, mistakes } = examine(source.value, target ?? targetOf(source.value) ?? defaultTarget);
  if (cluster === undefined)
    throw new DefinitionError(inFileOrder(mistakes.map((mistake) => source.place(mistake))));
  return cluster;
}

function examine(
  input: unknown,
  target: Target,
): { cluster: Cluster | undefined; mistakes: PlacedMistake[] } {
  const ofSchema = schemaMistakes(input);
  // The rules also speak about what is right by itself in a definition with mistakes elsewhere: one run, all mistakes.
  const parsed = definitionSchema.safeParse(ofSchema.length === 0 ? input : salvage(input, schemaMistakes));
  const ofRules = parsed.success
    ? RULES.filter((rule) => canSpeak(rule, ofSchema)).flatMap((rule) => rule.check(parsed.data, target))
    : [];
  const mistakes = [...ofSchema, ...ofRules.filter((mistake) => !isKnownWrong(mistake, ofSchema))];
  return {
    cluster: parsed.success && mistakes.length === 0 ? resolve(parsed.data, target) : undefined,
    mistakes,
  };
}

function canSpeak({ needs = [] }: Rule, mistakes: readonly PlacedMistake[]): boolean {
  const wrong = mistakes.filter(({ atKey }) => !atKey).map(({ path }) => placeOf(path));
  return !needs.some((need) => wrong.some((place) => touches(need, place)));
}

/** What stands at the place of a mistake is wrong already, or stands in for what is. */
function isKnownWrong({ path }: PlacedMistake, mistakes: readonly PlacedMistake[]): boolean {
  return mistakes.some((known) => !known.atKey && known.path.every((key, index) => key === path[index]));
}

function targetOf(value: unknown): Target | undefined {
  const target = (value as { target?: unknown } | null | undefined)?.target;
  return TARGETS.find((known) => known === target);
}

function inFileOrder(mistakes: readonly Mistake[]): Mistake[] {
  return mistakes.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
