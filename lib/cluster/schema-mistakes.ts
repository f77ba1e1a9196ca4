import type { z } from "zod";
import { remedyForUnknownKey } from "./known-keys";
import { placeOf } from "./path";
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
  const parsed = definitionSchema.safeParse(input);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => describe(issue, input, []));
}

function describe(issue: Issue, input: unknown, base: Path): PlacedMistake[] {
  const path = [...base, ...issue.path];
  const value = valueAt(input, path);
  const at = (message: string, remedy?: unknown): PlacedMistake[] => [
    {
      path,
      atKey: false,
      message,
      remedy: typeof remedy === "string" ? remedy : value === null ? NO_VALUE : undefined,
    },
  ];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true,
        message: `unknown key ${quote(key)}`,
        remedy: remedyForUnknownKey(key, placeOf(path)),
      }));
    case "invalid_union": {
      // Of the right kind, and wrong inside: only that alternative tells the reader something.
      const inside = issue.errors.find((errors) =>
        errors.every(({ path: at, code }) => at.length > 0 || code === "unrecognized_keys"),
      );
      if (inside !== undefined) return inside.flatMap((error) => describe(error, input, path));
      return at(`${issue.message}, got ${quote(value)}`);
    }
    case "invalid_type":
      return at(
        value === undefined
          ? `is missing; it must be ${kindOf(issue.expected)}`
          : `must be ${kindOf(issue.expected)}, got ${quote(value)}`,
      );
    default: {
      const { message } = issue;
      const isMissing = value === undefined && message.endsWith(GOT_NOTHING);
      return at(
        isMissing ? `is missing; it ${message.slice(0, -GOT_NOTHING.length)}` : message,
        issue.code === "custom" ? issue.params?.["remedy"] : undefined,
      );
    }
  }
}

const NO_VALUE = "give it a value, or remove the key";

/** What {@link quote} makes of a value that is not there. */
const GOT_NOTHING = `, got ${quote(undefined)}`;

const KINDS: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a mapping (key: value)",
};

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected;
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (isIndexable(value) ? value[key] : undefined), input);
}

function isIndexable(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}
