/**
 * What the commands and the lab's process say to each other over a socket, as lines of JSON: one request, then what happens
 * meanwhile, then one result or error. Both ends are the same checkout, so it has no version; a request from other code is
 * refused.
 */
import * as z from "zod";
import { CdktfEtcdError, DefinitionError, ExternalError, UsageError } from "../../../../lib/errors";
import { WAYS_TO_S3, type Ending } from "./lab-control";
import type { LabStatus } from "./lab-status";

/** Far above any request, whose largest part is a definition. */
export const REQUEST_LIMIT_BYTES = 1024 * 1024;
/** Far above any reply, whose largest is what a program printed. */
export const REPLY_LIMIT_BYTES = 64 * 1024 * 1024;

const machines = z.array(z.string()).min(1);

const requestSchema = z.discriminatedUnion("command", [
  z.strictObject({
    command: z.literal("up"),
    /** As a person would call it. */
    source: z.string(),
    definition: z.string().optional(),
    release: z.string().optional(),
    /** The lab goes down with this connection. */
    foreground: z.boolean(),
  }),
  z.strictObject({ command: z.literal("status") }),
  z.strictObject({ command: z.literal("down") }),
  z.strictObject({ command: z.literal("exec"), machine: z.string(), words: z.array(z.string()).min(1) }),
  z.strictObject({ command: z.literal("console"), machine: z.string(), follow: z.boolean() }),
  z.strictObject({ command: z.literal("verify"), args: z.array(z.string()) }),
  z.strictObject({ command: z.literal("power-off"), machines, cut: z.boolean() }),
  z.strictObject({ command: z.literal("power-on"), machines }),
  z.strictObject({ command: z.literal("freeze"), machines }),
  z.strictObject({ command: z.literal("thaw"), machines }),
  z.strictObject({ command: z.literal("cut"), machine: z.string(), others: z.array(z.string()) }),
  z.strictObject({ command: z.literal("pull-cable"), machines }),
  z.strictObject({ command: z.literal("mend") }),
  z.strictObject({ command: z.literal("s3"), way: z.enum(WAYS_TO_S3) }),
  z.strictObject({ command: z.literal("wipe"), machines }),
  z.strictObject({ command: z.literal("replace"), machines, disk: z.enum(["kept", "empty"]) }),
]);

export type Request = z.infer<typeof requestSchema>;
export type Command = Request["command"];

/** What a request is answered with, where it is more than that all went well. */
export interface SpecialResults {
  up: LabStatus;
  status: LabStatus;
  /** What was ended. */
  down: readonly string[];
  /** What to start in order to run the program in the machine. */
  exec: readonly string[];
  verify: Ending;
}

export type ResultOf<C extends Command> = C extends keyof SpecialResults ? SpecialResults[C] : null;

/** A failure on its way to the reader. */
export interface WireError {
  readonly kind: "usage" | "failure";
  readonly message: string;
  readonly remedy: string | null;
}

export type Reply =
  | { readonly progress: string }
  /** Text that is not ours, for stdout as it is. */
  | { readonly output: string }
  | { readonly result: unknown }
  | { readonly error: WireError };

/** @throws {UsageError} when the line is no request */
export function parseRequest(line: string): Request {
  const parsed = requestSchema.safeParse(parseJsonOrUndefined(line));
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `the lab's process does not understand this request: ${z.prettifyError(parsed.error)}`,
    {
      remedy: "it was started by other code than this: npm run lab -- down, then npm run lab -- up",
    },
  );
}

export function encode(message: Request | Reply): string {
  return `${JSON.stringify(message)}\n`;
}

export function toWire(error: unknown): WireError {
  const kind = error instanceof UsageError || error instanceof DefinitionError ? "usage" : "failure";
  const remedy = error instanceof CdktfEtcdError ? (error.remedy ?? null) : null;
  return { kind, message: error instanceof Error ? error.message : String(error), remedy };
}

export function fromWire({ kind, message, remedy }: WireError): UsageError | ExternalError {
  const options = remedy === null ? {} : { remedy };
  return kind === "usage" ? new UsageError(message, options) : new ExternalError(message, options);
}

function parseJsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
