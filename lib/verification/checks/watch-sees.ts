import { unanswered, type AskedEndpoint, type Check, type CheckContext, type Finding } from "../check";
import { settle } from "../../client";

export const watchSees: Check = {
  id: "watch-sees",
  title: "a watch through each member sees an event",
  run: (context) => Promise.all(context.endpoints.map((endpoint, index) => watch(context, endpoint, index))),
};

/** The member writes itself what it has to see: waiting for another one would tie its fate to that one's. */
async function watch(context: CheckContext, endpoint: AskedEndpoint, index: number): Promise<Finding> {
  const { client, target } = endpoint;
  const status = await endpoint.status;
  if (!status.ok) {
    return { outcome: "skipped", target, reason: "does not answer" };
  }
  if (status.value.isLearner) {
    return { outcome: "skipped", target, reason: "a learner serves no watch" };
  }
  const lease = await settle(context.scratchLease());
  if (lease.ok && lease.value.clusterId !== status.value.clusterId) {
    return {
      outcome: "skipped",
      target,
      reason: `is of another cluster than ${lease.value.by.target.label}`,
    };
  }
  const key = `${context.keyPrefix}watch/${index}`;
  const answer = lease.ok
    ? await settle(client.watchOnce(key, () => client.put(key, target.label, lease.value.id)))
    : lease;
  return answer.ok
    ? { outcome: "passed", target, reason: "saw its event" }
    : unanswered(target, "saw no event", answer.problem);
}
