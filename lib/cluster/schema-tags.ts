import * as z from "zod";
import { quote } from "./quote";

type Tags = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
/** 50, less the ones this package sets. */
const MOST_TAGS = 47;

/** What IAM and S3 take, and all others with them. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const ALLOWED_IN_WORDS = "letters, digits, spaces and _ . : / = + - @";

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
    for (const [index, [key, value]] of tags.entries()) {
      const problem = problemOf(key, value) ?? twin(key, tags.slice(0, index));
      if (problem !== undefined) refuse(problem.message, key, problem.remedy);
    }
    return Object.fromEntries(tags);
  })
  .meta({
    type: "object",
    propertyNames: { minLength: 1, maxLength: LONGEST_KEY, pattern: ALLOWED.source },
    additionalProperties: { type: "string", maxLength: LONGEST_VALUE, pattern: ALLOWED.source },
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
  if (!ALLOWED.test(key)) return { message: `must have a key of ${ALLOWED_IN_WORDS}, got ${quote(key)}` };
  if (OURS.some((ours) => isSame(ours, key)))
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
  return ALLOWED.test(value)
    ? undefined
    : { message: `must be ${ALLOWED_IN_WORDS}, got ${quote(value)}`, remedy: "IAM and S3 refuse others" };
}

/** For the roles, IAM refuses two keys that differ in case only. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#case-sensitivity */
function twin(
  key: string,
  before: readonly [string, unknown][],
): { message: string; remedy: string } | undefined {
  const same = before.find(([other]) => isSame(other, key))?.[0];
  return same === undefined
    ? undefined
    : { message: `differs from the key ${quote(same)} in case only`, remedy: "take one of the two" };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
