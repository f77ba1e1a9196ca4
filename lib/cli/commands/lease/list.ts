import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { readAny } from "../../keys/ask";
import { array, headerFields, object } from "../../keys/etcdctl-json";
import { formatOf, type FormatOptions } from "../../keys/format";
import { lines } from "../../keys/lines";
import { print } from "../../keys/print";
import { leaseIdOf } from "../../lease-id";
import { withMembers } from "../../with-members";

export type ListLeasesOptions = AskingOptions & FormatOptions;

export async function listLeases(options: ListLeasesOptions, signal: AbortSignal): Promise<ExitCode> {
  const format = formatOf(options);
  const { value } = await withMembers(options, signal, (reached) =>
    readAny(reached, signal, (member) => member.call((etcd, call) => etcd.leaseClient.leaseLeases(call))),
  );
  const ids = value.leases.map(({ ID }) => ID);
  await print(
    format === "json"
      ? lines(
          object([...headerFields(value.header), ["leases", array(ids.map((id) => object([["id", id]])))]]),
        )
      : lines(`found ${ids.length} leases`, ...ids.map(leaseIdOf)),
  );
  return EXIT.ok;
}
