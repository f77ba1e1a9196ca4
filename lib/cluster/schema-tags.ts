import * as z from "zod";
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
    const refuse = (message: string, key?: string, remedy?: string) => {
      context.addIssue({ code: "custom", message, path: key === undefined ? [] : [key], params: { remedy } });
      return z.NEVER;
    };
    if (typeof input !== "object" || input === null || Array.isArray(input)) {
      return refuse(`must be a mapping (key: value), got ${quote(input)}`);
    }
    const tags = Object.entries(input);
    if (tags.length > MOST_TAGS) refuse(`must be at most ${MOST_TAGS} tags, got ${tags.length}`);
    for (const [key, value] of tags) {
      const problem = problemOf(key, value);
      if (problem !== undefined) refuse(problem.message, key, problem.remedy);
    }
    return Object.fromEntries(tags);
  })
  .meta({
    type: "object",
    propertyNames: { minLength: 1, maxLength: LONGEST_KEY },
    additionalProperties: { type: "string", maxLength: LONGEST_VALUE },
    description: `Tags of every resource, besides ${OURS.join(", ")}`,
    default: {},
  }) as unknown as z.ZodType<Tags, Tags>;

function problemOf(key: string, value: unknown): { message: string; remedy?: string } | undefined {
  if (key === "" || key.length > LONGEST_KEY)
    return { message: `must have a key of 1 to ${LONGEST_KEY} characters, got ${quote(key)}` };
  if (key === "__proto__" || key.toLowerCase().startsWith("aws:")) {
    return {
      message: `must not be set, got ${quote(value)}`,
      remedy: "the key is reserved: take another one",
    };
  }
  if (OURS.includes(key))
    return { message: `must be left to this package, got ${quote(value)}`, remedy: "take another key" };
  if (typeof value !== "string") {
    const isPlain = typeof value === "number" || typeof value === "boolean";
    return {
      message: `must be text, got ${quote(value)}`,
      ...(isPlain ? { remedy: `write it in quotes: "${String(value)}"` } : {}),
    };
  }
  if (value.length > LONGEST_VALUE)
    return { message: `must be at most ${LONGEST_VALUE} characters, got ${value.length}` };
  return undefined;
}
