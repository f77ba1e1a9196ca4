import { isAboutUser, pause, settle, type Renewal } from "../../../client";
import { oneLine } from "../../../verification";
import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { readAny } from "../../keys/ask";
import { headerFields, object } from "../../keys/etcdctl-json";
import { formatOf, type FormatOptions, type KeysFormat } from "../../keys/format";
import { lines } from "../../keys/lines";
import { isRead, print } from "../../keys/print";
import { leaseIdOf, parseLeaseId } from "../../lease-id";
import { withMembers } from "../../with-members";

export interface KeepAliveOptions extends AskingOptions, FormatOptions {
  readonly once?: boolean | undefined;
}

/** After all members have failed: a lease may live for two seconds only. */
const AGAIN_AFTER_MS = 500;

/**
 * Renews a lease every third of its TTL, until the signal or nobody reads on.
 *
 * @returns unhealthy if there is no such lease, or no more
 */
export async function keepAlive(
  id: string,
  options: KeepAliveOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, leaseId } = allOf({
    format: () => formatOf(options),
    leaseId: () => parseLeaseId("ID", id),
  });
  const isOnce = options.once === true;
  return withMembers(options, signal, async (reached) => {
    const renew = async (): Promise<Renewal> =>
      (await readAny(reached, signal, (member) => member.keepAlive(leaseId))).value;
    const show = async (renewal: Renewal): Promise<boolean> => {
      if (renewal.ttlSeconds <= 0) {
        const gone = `lease ${leaseIdOf(leaseId)} expired or revoked.\n`;
        // With --once etcdctl has it among its errors.
        if (format === "simple" && !isOnce) await print(gone);
        else process.stderr.write(gone);
        return false;
      }
      await print(renewalText(leaseId, renewal, format));
      return true;
    };
    if (isOnce) return (await show(await renew())) ? EXIT.ok : EXIT.unhealthy;
    return renewAll(renew, show, signal);
  });
}

async function renewAll(
  renew: () => Promise<Renewal>,
  show: (renewal: Renewal) => Promise<boolean>,
  signal: AbortSignal,
): Promise<ExitCode> {
  let wasRenewed = false;
  let isTroubled = false;
  let pauseMs = 0;
  while (isRead() && (await pause(pauseMs, signal))) {
    const answer = await settle(renew()).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (answer === undefined) break;
    if (answer.ok) {
      if (!(await show(answer.value))) return EXIT.unhealthy;
      wasRenewed = true;
      isTroubled = false;
      pauseMs = (answer.value.ttlSeconds * 1000) / 3;
      continue;
    }
    const { kind } = answer.problem;
    // A token that is not known any more passes: whenever rights change all of them end.
    if (!wasRenewed || (isAboutUser(kind) && kind !== "invalid-token")) throw answer.problem;
    if (!isTroubled) process.stderr.write(`not renewed: ${oneLine(answer.problem.message)}; trying on\n`);
    isTroubled = true;
    pauseMs = AGAIN_AFTER_MS;
  }
  return isTroubled ? EXIT.unhealthy : EXIT.ok;
}

function renewalText(leaseId: string, { header, ttlSeconds }: Renewal, format: KeysFormat): Buffer {
  const TTL = String(ttlSeconds);
  return lines(
    format === "json"
      ? object([...headerFields(header), ["ID", leaseId], ["TTL", TTL]])
      : `lease ${leaseIdOf(leaseId)} keepalived with TTL(${TTL})`,
  );
}
