import { status as askStatus } from "../../verification";
import { asking, type AskingOptions } from "../asking";
import { EXIT, type ExitCode } from "../exit-codes";

/** One look at every endpoint; like etcdctl, it fails when one did not answer. */
export async function status(options: AskingOptions, signal: AbortSignal): Promise<ExitCode> {
  const { ask, format } = await asking(options, signal);
  const endpoints = await askStatus(ask);
  const { renderStatusJson, renderStatusTable } = await import("../../verification/index.js");
  process.stdout.write(`${format === "json" ? renderStatusJson(endpoints) : renderStatusTable(endpoints)}\n`);
  return endpoints.every(({ status: answer }) => answer !== undefined) ? EXIT.ok : EXIT.unhealthy;
}
