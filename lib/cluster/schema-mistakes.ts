import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { quote } from "./quote";
import { definitionSchema } from "./schema";

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** One mistake with its place as a path of keys; whoever knows the file adds the line. */
export interface PlacedMistake {
  readonly path: Path;
  /** The mistake is about the key itself (an unknown one), not about its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** All that the schema finds wrong with `input`, in our words. */
export function schemaMistakes(input: unknown): PlacedMistake[] {
  const parsed = definitionSchema.safeParse(input, { reportInput: true });
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => describe(issue, input));
}

function describe(issue: Issue, input: unknown, base: Path = []): PlacedMistake[] {
  const path = [...base, ...issue.path];
  const value = valueAt(input, path);
  const at = (message: string, remedy?: string): PlacedMistake[] => [{ path, atKey: false, message, remedy }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], key, input));
    case "invalid_union": {
      // Only the alternative that fits the kind of value tells the reader something.
      const branches = issue.errors;
      const deepest = branches.find((errors) => errors.every((error) => error.path.length > 0));
      if (deepest !== undefined) return deepest.flatMap((error) => describe(error, input, path));
      const expected = [...new Set(branches.flat().map((error) => expectedKind(error)))].filter((kind) => kind !== undefined);
      return at(`must be ${expected.join(" or ")}, got ${quote(value)}`);
    }
    case "invalid_type":
      if (value === undefined) return at(`is missing; it must be ${expectedKind(issue)}`);
      return at(`must be ${expectedKind(issue)}, got ${quote(value)}`, typeRemedy(issue.expected, value));
    case "invalid_value":
      return at(`must be ${issue.values.map((allowed) => `"${String(allowed)}"`).join(" or ")}, got ${quote(value)}`, suggestion(value, issue.values));
    case "too_small":
      return at(`must be ${issue.inclusive === false ? "above" : "at least"} ${issue.minimum}${unitOf(issue.origin)}, got ${quote(value)}`);
    case "too_big":
      return at(`must be ${issue.inclusive === false ? "below" : "at most"} ${issue.maximum}${unitOf(issue.origin)}, got ${quote(value)}`);
    case "custom": {
      const remedy: unknown = issue.params?.["remedy"];
      return at(issue.message, typeof remedy === "string" ? remedy : undefined);
    }
    default:
      return at(`${issue.message}, got ${quote(value)}`);
  }
}

function unknownKey(path: Path, key: string, input: unknown): PlacedMistake {
  const known = knownKeys(path.slice(0, -1), input);
  const nearest = known.length === 0 ? undefined : closest(key, known);
  const isNear = nearest !== undefined && distance(key.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, Math.floor(nearest.length / 3));
  return {
    path,
    atKey: true,
    message: `unknown key "${key}"`,
    remedy: isNear ? `did you mean "${nearest}"?` : `known here: ${known.join(", ")}`,
  };
}

/** The keys that the schema has at a path, found by asking it with an empty object there. */
function knownKeys(path: Path, input: unknown): string[] {
  let schema: z.core.$ZodType | undefined = definitionSchema;
  let value = input;
  for (const key of [...path, undefined]) {
    schema = unwrap(schema, value);
    if (key === undefined) break;
    const definition: z.core.$ZodTypeDef | undefined = schema?._zod.def;
    if (definition?.type === "object") schema = (definition as z.core.$ZodObjectDef).shape[String(key)];
    else if (definition?.type === "array") schema = (definition as z.core.$ZodArrayDef).element;
    else return [];
    value = valueAt(value, [key]);
  }
  const definition = schema?._zod.def;
  return definition?.type === "object" ? Object.keys((definition as z.core.$ZodObjectDef).shape) : [];
}

function unwrap(schema: z.core.$ZodType | undefined, value: unknown): z.core.$ZodType | undefined {
  const definition = schema?._zod.def;
  if (definition?.type === "optional") return unwrap((definition as z.core.$ZodOptionalDef).innerType, value);
  if (definition?.type === "union") {
    const wanted = Array.isArray(value) ? "array" : "object";
    return (definition as z.core.$ZodUnionDef).options.find((option) => option._zod.def.type === wanted);
  }
  return schema;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping (key: value)",
  record: "a mapping (key: value)",
};

function expectedKind(issue: Issue): string | undefined {
  if (issue.code === "invalid_type") return KINDS["format" in issue && issue.format === "safeint" ? "int" : issue.expected] ?? issue.expected;
  return undefined;
}

function typeRemedy(expected: string, value: unknown): string | undefined {
  return expected === "string" && (typeof value === "number" || typeof value === "boolean") ? `write it in quotes: "${String(value)}"` : undefined;
}

function suggestion(value: unknown, allowed: readonly unknown[]): string | undefined {
  if (typeof value !== "string") return undefined;
  const nearest = closest(value, allowed.map(String));
  return distance(value, nearest) <= 2 ? `did you mean "${nearest}"?` : undefined;
}

function unitOf(origin: string): string {
  return origin === "string" ? " characters" : origin === "array" ? " items" : "";
}

export function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (isIndexable(value) ? value[key] : undefined), input);
}

function isIndexable(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}
