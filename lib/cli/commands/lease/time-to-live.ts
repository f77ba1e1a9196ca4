import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { readAny } from "../../keys/ask";
import { bytes, headerFields, nonEmpty, object } from "../../keys/etcdctl-json";
import { formatOf, type FormatOptions } from "../../keys/format";
import { lines } from "../../keys/lines";
import { print } from "../../keys/print";
import { leaseIdOf, parseLeaseId } from "../../lease-id";
import { withMembers } from "../../with-members";

export interface TimeToLiveOptions extends AskingOptions, FormatOptions {
  readonly keys?: boolean | undefined;
}

/** @returns unhealthy if there is no such lease */
export async function timeToLive(
  id: string,
  options: TimeToLiveOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, leaseId } = allOf({
    format: () => formatOf(options),
    leaseId: () => parseLeaseId("ID", id),
  });
  const withKeys = options.keys === true;
  const { value } = await withMembers(options, signal, (reached) =>
    readAny(reached, signal, (member) =>
      member.call((etcd, call) => etcd.leaseClient.leaseTimeToLive({ ID: leaseId, keys: withKeys }, call)),
    ),
  );
  const { header, TTL, grantedTTL, keys } = value;
  const isGone = TTL === "-1";
  if (format === "json")
    await print(
      lines(
        object([
          ...headerFields(header),
          ["id", leaseId],
          ["ttl", TTL],
          ["granted-ttl", grantedTTL],
          ["keys", nonEmpty(keys.map(bytes)) ?? "null"],
        ]),
      ),
    );
  else if (isGone) await print(lines(`lease ${leaseIdOf(leaseId)} already expired`));
  else {
    const attached = withKeys ? [", attached keys([", joined(keys), "])"] : [];
    const granted = `lease ${leaseIdOf(leaseId)} granted with TTL(${grantedTTL}s), remaining(${TTL}s)`;
    await print(granted, ...attached, "\n");
  }
  return isGone ? EXIT.unhealthy : EXIT.ok;
}

/** With a space between two, whatever bytes are in them. */
function joined(keys: readonly Buffer[]): Buffer {
  return Buffer.concat(keys.flatMap((key, index) => (index === 0 ? [key] : [Buffer.from(" "), key])));
}
