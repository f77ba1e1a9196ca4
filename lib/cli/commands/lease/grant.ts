import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { writeOnce } from "../../keys/ask";
import { headerFields, object } from "../../keys/etcdctl-json";
import { formatOf, type FormatOptions } from "../../keys/format";
import { lines } from "../../keys/lines";
import { ANY_KEY } from "../../keys/any-key";
import { print } from "../../keys/print";
import { wholeNumberOf } from "../../keys/whole-number";
import { leaseIdOf } from "../../lease-id";
import { withMembers } from "../../with-members";

export type GrantLeaseOptions = AskingOptions & FormatOptions;

export async function grantLease(
  ttl: string,
  options: GrantLeaseOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, seconds } = allOf({
    format: () => formatOf(options),
    seconds: () => wholeNumberOf("TTL", ttl, 1n),
  });
  const { header, ID, TTL } = await withMembers(options, signal, (reached) =>
    writeOnce(reached, signal, ANY_KEY, (member) =>
      // Without an ID of its own etcd chooses one.
      member.call((etcd, call) => etcd.leaseClient.leaseGrant({ TTL: String(seconds) }, call)),
    ),
  );
  await print(
    lines(
      format === "json"
        ? object([...headerFields(header), ["ID", ID], ["TTL", TTL], ["Error", '""']])
        : `lease ${leaseIdOf(ID)} granted with TTL(${TTL}s)`,
    ),
  );
  return EXIT.ok;
}
