import * as z from "zod";
import type { Kind } from "./settings/kinds";

/** What an editor shows beside a key. */
export interface KeyNotes {
  readonly description: string;
  /** As a person would write it. Left out where it is not one value; then the description says it. */
  readonly default?: unknown;
}

/** What a schema needs of a {@link Kind}: how a value is read, and what editors are told about it. */
export type ReadKind<V> = Pick<Kind<V>, "parse" | "jsonSchema">;

/**
 * The schema of one value; message and remedy of its kind reach the reader unchanged.
 *
 * @typeParam I what a person may write
 */
export function schemaOf<V, I = V>(kind: ReadKind<V>, notes: KeyNotes): z.ZodType<V, I> {
  const schema = z
    .unknown()
    .transform((input, context) => {
      const parsed = kind.parse(input);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: "custom", message: parsed.message, params: { remedy: parsed.remedy } });
      return z.NEVER;
    })
    // All that the JSON Schema says comes from here: `z.unknown()` adds nothing of its own to it.
    .meta({ ...kind.jsonSchema, ...notes });
  // `z.unknown()` reads anything, so as to give its own message about it; typed props are held to `I`.
  return schema as unknown as z.ZodType<V, I>;
}
