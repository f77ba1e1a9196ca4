import type { AskedEndpoint, CheckContext, Finding } from "../check";
import type { MemberStatus } from "../questions/answers";

/** Judges each member that answers, none waiting for another; what is wrong with the others is the business of one check. */
export function eachAnswering(
  { endpoints }: CheckContext,
  judge: (endpoint: AskedEndpoint, status: MemberStatus) => Finding | Promise<Finding>,
): Promise<Finding[]> {
  return Promise.all(
    endpoints.map(async (endpoint) => {
      const { target } = endpoint;
      const status = await endpoint.status;
      return status.ok
        ? { ...(await judge(endpoint, status.value)), target }
        : { outcome: "skipped", target, reason: "does not answer" };
    }),
  );
}
