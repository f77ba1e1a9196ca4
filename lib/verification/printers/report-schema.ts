import * as z from "zod";

/**
 * What `renderJson` prints, as the source of its type and of `verification.schema.json` (docs/verification.md). Nothing
 * imports this file while a program runs: zod is not loaded to print JSON.
 */

const outcome = z
  .enum(["passed", "warned", "failed", "skipped"])
  .describe(
    "warned: worth an operator's time, but the cluster does its work. skipped: could not be answered.",
  );

const memberName = z
  .string()
  .nullable()
  .describe("Name of the member as it was expected; null if no cluster was expected.");

const ms = z.int().nonnegative().describe("Milliseconds.");

const id = z.string().regex(/^[0-9a-f]{1,16}$/, "not hexadecimal");

const uint64 = z
  .string()
  .regex(/^\d{1,20}$/, "not decimal")
  .describe("64 bits, in decimal: more than a JSON number holds.");

const status = z
  .object({
    clusterId: id.describe("Hexadecimal, as etcdctl's table shows it."),
    memberId: id.describe("Hexadecimal, as etcdctl's table shows it."),
    leaderId: id.nullable().describe("null while the member knows of no leader."),
    isLeader: z.boolean(),
    isLearner: z.boolean(),
    version: z.string().describe("Release that the member runs, without v."),
    dbSizeBytes: z.number().nonnegative().describe("Of the database file."),
    dbSizeInUseBytes: z.number().nonnegative().describe("What defragmentation would leave of it."),
    raftTerm: uint64,
    raftIndex: uint64,
    raftAppliedIndex: uint64,
    revision: uint64.describe("Of the key-value store, in decimal."),
    alarms: z
      .array(z.object({ memberId: id, type: z.string().describe("NOSPACE or CORRUPT.") }))
      .describe("Alarms that this member knows of, whoever raised them."),
    errors: z.array(z.string()).describe("The member's own words."),
  })
  .describe("What the member said about itself.");

const endpoint = z
  .object({
    endpoint: z.string().describe("URL."),
    member: memberName,
    tookMs: ms.describe("How long the answer took, or the lack of one, in milliseconds."),
    status: status.nullable().describe("null if the endpoint gave none: problem says why."),
    problem: z
      .object({
        kind: z.string().describe("Stable, for programs, such as refused or timed-out; new ones may come."),
        message: z.string().describe("For people."),
        remedy: z.string().nullable(),
        detail: z.string().describe("The client's own words."),
      })
      .nullable()
      .describe("Why there is no status."),
  })
  .describe("One row of the status table.");

const result = z
  .object({
    outcome,
    member: memberName,
    endpoint: z.string().nullable().describe("URL; null if the result is about the cluster as a whole."),
    reason: z.string().describe("What was seen: one sentence without a final period."),
    remedy: z.string().nullable().describe("What to do about it."),
    lasting: z.boolean().describe("Waiting will not change it."),
  })
  .describe("What one check found about one member, or about the cluster.");

const check = z.object({
  id: z.string().describe("Stable: what --skip takes."),
  title: z.string().describe("What is true when the check passes; its wording may change."),
  outcome: outcome.describe("The worst of the results: failed, warned, passed; skipped if all were."),
  tookMs: ms,
  results: z.array(result),
});

const schemaVersion = z
  .literal(2)
  .describe("Raised when a field goes away or changes its meaning; new fields come without.");

export const verificationJsonSchema = z.object({
  schemaVersion,
  producedBy: z
    .object({ name: z.string(), version: z.string() })
    .nullable()
    .describe("The program that made the report; null if it did not say."),
  verdict: z
    .enum(["healthy", "unhealthy", "unreachable"])
    .describe(
      "unhealthy: a check failed, or warned if warnings count. unreachable: no endpoint could be reached from here, which was to be expected, so nothing is known.",
    ),
  clusterName: z.string().nullable(),
  startedAt: z.string().meta({ format: "date-time", description: "UTC." }),
  tookMs: ms,
  endpoints: z.array(endpoint).describe("In the order in which they were given."),
  checks: z.array(check).describe("In the order of the table of checks."),
});

export const statusJsonSchema = z.object({ schemaVersion, endpoints: z.array(endpoint) });

export type VerificationJson = z.infer<typeof verificationJsonSchema>;
export type StatusJson = z.infer<typeof statusJsonSchema>;

/** JSON Schema of a report. A field more does not make it invalid, so that a reader of today accepts what comes later. */
export function verificationSchemaFile(): object {
  return {
    ...z.toJSONSchema(verificationJsonSchema, { io: "input", target: "draft-7" }),
    title: "cdktf-etcd verification report",
    description: "What `cdktf-etcd verify --output json` prints.",
  };
}
