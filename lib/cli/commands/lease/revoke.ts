import { EndpointProblem } from "../../../client";
import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { ANY_KEY } from "../../keys/any-key";
import { writeOnce } from "../../keys/ask";
import { headerField, object } from "../../keys/etcdctl-json";
import { formatOf, type FormatOptions } from "../../keys/format";
import { lines } from "../../keys/lines";
import { print } from "../../keys/print";
import { leaseIdOf, LIST_LEASES, parseLeaseId } from "../../lease-id";
import { withMembers } from "../../with-members";

export type RevokeLeaseOptions = AskingOptions & FormatOptions;

/** Ends a lease now, and with it the keys that hang on it. */
export async function revokeLease(
  id: string,
  options: RevokeLeaseOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, leaseId } = allOf({
    format: () => formatOf(options),
    leaseId: () => parseLeaseId("ID", id),
  });
  const { header } = await withMembers(options, signal, (reached) =>
    writeOnce(reached, signal, ANY_KEY, (member) =>
      member.call((etcd, call) => etcd.leaseClient.leaseRevoke({ ID: leaseId }, call)),
    ).catch(withOwnRemedy),
  );
  await print(
    lines(format === "json" ? object([headerField(header)]) : `lease ${leaseIdOf(leaseId)} revoked`),
  );
  return EXIT.ok;
}

/** Who wants a lease to end has no use for a new one. */
function withOwnRemedy(error: unknown): never {
  if (!(error instanceof EndpointProblem) || error.kind !== "lease-not-found") throw error;
  const { kind, message, detail } = error;
  throw new EndpointProblem(kind, message, { remedy: LIST_LEASES, detail, cause: error });
}
