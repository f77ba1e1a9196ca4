import { z } from "zod";
import { quote } from "./quote";

type Tags = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
/** 50, less the ones this package sets. */
const MOST_TAGS = 47;

/** Set on every resource; what the definition says would be lost without a word. */
const OURS: readonly string[] = ["Name", "etcd-cluster", "etcd-member"];

/**
 * Not `z.record`: it drops a key `__proto__` without a word, and its messages do not say which key is meant.
 * https://github.com/colinhacks/zod/pull/5898
 */
export const tagsSchema: z.ZodType<Tags, Tags> = z
  .unknown()
  .transform((input, context): Tags => {
    const refuse = (message: string, key?: string) => {
      context.addIssue({ code: "custom", message, path: key === undefined ? [] : [key] });
      return z.NEVER;
    };
    if (typeof input !== "object" || input === null || Array.isArray(input)) {
      return refuse(`must be a mapping (key: value), got ${quote(input)}`);
    }
    const tags = Object.entries(input);
    if (tags.length > MOST_TAGS) refuse(`must be at most ${MOST_TAGS} tags, got ${tags.length}`);
    for (const [key, value] of tags) {
      const problem = problemOf(key, value);
      if (problem !== undefined) refuse(problem, key);
    }
    return Object.fromEntries(tags) as Tags;
  })
  .meta({
    type: "object",
    propertyNames: { minLength: 1, maxLength: LONGEST_KEY },
    additionalProperties: { type: "string", maxLength: LONGEST_VALUE },
    description: `Tags of every resource, besides ${OURS.join(", ")}`,
    default: {},
  }) as unknown as z.ZodType<Tags, Tags>;

function problemOf(key: string, value: unknown): string | undefined {
  if (key === "" || key.length > LONGEST_KEY) return `must have a key of 1 to ${LONGEST_KEY} characters, got ${quote(key)}`;
  if (key === "__proto__" || key.toLowerCase().startsWith("aws:")) return `is a key that nobody may set, got ${quote(key)}`;
  if (OURS.includes(key)) return `is set by this package, got ${quote(value)}`;
  if (typeof value !== "string") return `must be text, got ${quote(value)}`;
  if (value.length > LONGEST_VALUE) return `must be at most ${LONGEST_VALUE} characters, got ${value.length}`;
  return undefined;
}
