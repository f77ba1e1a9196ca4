import { parseDuration } from "../cluster/units";
import { UsageError } from "../errors";
import type { AskOptions } from "../verification";
import { deployedOutputs } from "./deployed";
import type { DefinitionOptions } from "./definition-file";
import { readTlsFiles, type TlsFileOptions } from "./tls-files";

/** Options of every command that asks endpoints. */
export interface AskingOptions extends DefinitionOptions, TlsFileOptions {
  readonly endpoints?: string | undefined;
  readonly output: string;
  readonly callTimeout: string;
}

export const OUTPUT_FORMATS = ["table", "json"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface Asking {
  readonly ask: AskOptions;
  readonly format: OutputFormat;
}

/**
 * @throws {UsageError} for options that are no durations, formats or readable files
 * @throws {ExternalError} when nothing is deployed, or its certificates cannot be read
 */
export async function asking(options: AskingOptions, signal: AbortSignal): Promise<Asking> {
  const format = OUTPUT_FORMATS.find((known) => known === options.output);
  if (format === undefined)
    throw new UsageError(`--output must be ${OUTPUT_FORMATS.join(" or ")}, got "${options.output}"`);
  const callTimeoutMs = durationMs("--call-timeout", options.callTimeout);
  const common = { callTimeoutMs, signal };
  if (options.endpoints !== undefined) {
    const endpoints = options.endpoints
      .split(",")
      .map((endpoint) => endpoint.trim())
      .filter((endpoint) => endpoint !== "");
    return {
      format,
      ask: { endpoints, tls: readTlsFiles(options), ...common },
    };
  }
  const outputs = await deployedOutputs(options);
  const tls = readTlsFiles(options, outputs.tls);
  const expectation = {
    clusterName: outputs.name,
    members: outputs.members.map(({ name, endpoint, peerUrl }) => ({ name, endpoint, peerUrls: [peerUrl] })),
    release: outputs.release,
    learners: outputs.learners,
  };
  // Members on AWS are in a private network that this machine need not have a way into.
  const privateNetwork = outputs.target === "aws";
  return { format, ask: { expectation, tls, privateNetwork, ...common } };
}

/** @throws {UsageError} when `text` is no duration */
export function durationMs(option: string, text: string): number {
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new UsageError(
    `${option} ${parsed.message}`,
    parsed.remedy === undefined ? {} : { remedy: parsed.remedy },
  );
}
