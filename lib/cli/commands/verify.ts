import {
  renderJson,
  renderProgress,
  renderTable,
  waitUntilHealthy,
  type VerificationReport,
} from "../../verification";
import { asking, durationMs, type Asking, type AskingOptions } from "../asking";
import { TIMEOUT_VARIABLE } from "../deploy-variables";
import { EXIT, type ExitCode } from "../exit-codes";

export interface VerifyCommandOptions extends AskingOptions {
  readonly timeout?: string | undefined;
  readonly skip?: string | undefined;
  readonly allowUnreachable?: boolean | undefined;
  readonly postDeploy?: boolean | undefined;
}

/** By hand somebody waits for the answer; a member that was just started may need this long. */
const TIMEOUT_BY_HAND = "5s";
/** An instance boots, waits for its volume and fetches etcd. */
const TIMEOUT_AFTER_DEPLOY = { local: "60s", aws: "10m" } as const;
/**
 * Until an instance answers at all, a firewall and a booting machine look the same; Amazon Linux 2023 is up in well under a
 * minute.
 */
const UNREACHABLE_AFTER_MS = 90_000;

/** Asks until the cluster is healthy or time is up, and prints the verdict. */
export async function verifyCluster(options: VerifyCommandOptions, signal: AbortSignal): Promise<ExitCode> {
  const question = await asking(options, signal);
  const timeout =
    options.timeout ?? (options.postDeploy === true ? timeoutAfterDeploy(question) : TIMEOUT_BY_HAND);
  const report = await waitUntilHealthy({
    ...question.ask,
    timeoutMs: durationMs("--timeout", timeout),
    skip: (options.skip ?? "").split(",").filter((id) => id !== ""),
    unreachableAfterMs: UNREACHABLE_AFTER_MS,
    onProgress: (event) => process.stderr.write(`${renderProgress(event)}\n`),
  });
  print(report, question);
  if (report.verdict === "unreachable" && (options.allowUnreachable === true || options.postDeploy === true))
    return EXIT.ok;
  return { healthy: EXIT.ok, unhealthy: EXIT.unhealthy, unreachable: EXIT.unreachable }[report.verdict];
}

function timeoutAfterDeploy({ ask: { privateNetwork } }: Asking): string {
  return process.env[TIMEOUT_VARIABLE] ?? TIMEOUT_AFTER_DEPLOY[privateNetwork === true ? "aws" : "local"];
}

function print(report: VerificationReport, { format }: Asking): void {
  // https://no-color.org: an empty value counts as none.
  const color = process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
  process.stdout.write(`${format === "json" ? renderJson(report) : renderTable(report, { color })}\n`);
}
