import {
  listed,
  unanswered,
  type AskedEndpoint,
  type Check,
  type CheckContext,
  type Finding,
} from "../check";
import { settle } from "../../client";

/** What became of one member's write. */
interface Attempt {
  readonly endpoint: AskedEndpoint;
  /** `undefined` if nothing was written. */
  readonly key?: string;
  /** Why not. */
  readonly finding?: Finding;
}

/**
 * Every member writes a key of its own, then every member reads them all. Linearizable: a member that lags behind must
 * not answer with what it happens to have.
 */
export const writeRead: Check = {
  id: "write-read",
  title: "a write through each member is read through every other one, and removed again",
  run: async (context) => {
    const prefix = `${context.keyPrefix}write/`;
    const attempts = await Promise.all(
      context.endpoints.map((endpoint, index) => write(context, endpoint, `${prefix}${index}`)),
    );
    const written = attempts.filter(({ key }) => key !== undefined);
    const findings = await Promise.all(
      attempts.map(async ({ endpoint, finding }) => finding ?? (await read(endpoint, prefix, written))),
    );
    return [...findings, ...(await remove(written, prefix))];
  },
};

async function write(context: CheckContext, endpoint: AskedEndpoint, key: string): Promise<Attempt> {
  const { target, client } = endpoint;
  const status = await endpoint.status;
  if (!status.ok) {
    return { endpoint, finding: { outcome: "skipped", target, reason: "does not answer" } };
  }
  if (status.value.isLearner) {
    return { endpoint, finding: { outcome: "skipped", target, reason: "a learner takes no writes" } };
  }
  const lease = await settle(context.scratchLease());
  if (!lease.ok) {
    return { endpoint, finding: unanswered(target, "could not write", lease.problem) };
  }
  if (lease.value.clusterId !== status.value.clusterId) {
    const reason = `is of another cluster than ${lease.value.by.target.label}`;
    return { endpoint, finding: { outcome: "skipped", target, reason } };
  }
  const answer = await settle(client.put(key, target.label, lease.value.id));
  return answer.ok
    ? { endpoint, key }
    : { endpoint, finding: unanswered(target, "could not write", answer.problem) };
}

async function read(reader: AskedEndpoint, prefix: string, written: readonly Attempt[]): Promise<Finding> {
  const { target } = reader;
  // Nearly always all are there, and their number says so: of 200 endpoints, each would have 200 keys to decode.
  const count = await settle(reader.client.countPrefix(prefix));
  if (count.ok && count.value === written.length) {
    return { outcome: "passed", target, reason: "wrote, and read what all wrote" };
  }
  const answer = count.ok ? await settle(reader.client.getPrefix(prefix)) : count;
  if (!answer.ok) {
    return unanswered(target, "could not read", answer.problem);
  }
  const missed = written.filter(({ endpoint, key }) => answer.value.get(key ?? "") !== endpoint.target.label);
  return missed.length === 0
    ? { outcome: "passed", target, reason: "wrote, and read what all wrote" }
    : {
        outcome: "failed",
        target,
        reason: `did not read what was written through ${listed(missed.map(({ endpoint }) => endpoint.target.label))}`,
        remedy:
          "A linearizable read must see every write that was confirmed: these members do not share one log.",
      };
}

/** Through one member, for all. */
async function remove(written: readonly Attempt[], prefix: string): Promise<Finding[]> {
  const [first] = written;
  if (first === undefined) {
    return [];
  }
  const { endpoint } = first;
  const answer = await settle(endpoint.client.deletePrefix(prefix));
  if (!answer.ok) {
    return [unanswered(endpoint.target, "could not remove what was written", answer.problem)];
  }
  const reason = `removed ${answer.value} of the ${written.length} keys that were written`;
  const remedy = "A write that was confirmed must be there: these members do not share one log.";
  // A write that was not confirmed in time may have been made all the same.
  return answer.value >= written.length
    ? []
    : [{ outcome: "failed", target: endpoint.target, reason, remedy }];
}
