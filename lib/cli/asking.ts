import { readFileSync } from "node:fs";
import { parseDuration } from "../cluster/units";
import { UsageError } from "../errors";
import type { AskOptions, TlsOptions } from "../verification";
import { deployedOutputs } from "./deployed";
import type { DefinitionOptions } from "./definition-file";

/** Options of every command that asks endpoints. */
export interface AskingOptions extends DefinitionOptions {
  readonly endpoints?: string | undefined;
  readonly cacert?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly output: string;
  readonly callTimeout: string;
}

export const OUTPUT_FORMATS = ["table", "json"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface Asking {
  readonly ask: AskOptions;
  readonly format: OutputFormat;
  /** Whether the endpoints are on addresses that this machine need not be able to reach. */
  readonly privateNetwork: boolean;
}

/** @throws {UsageError} for options that are no durations, formats or readable files */
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
      privateNetwork: false,
      ask: {
        endpoints,
        tls: tlsFiles({ caFile: options.cacert, certFile: options.cert, keyFile: options.key }),
        ...common,
      },
    };
  }
  const outputs = await deployedOutputs(options);
  const tls = tlsFiles({
    caFile: options.cacert ?? outputs.tls?.caFile,
    certFile: options.cert ?? outputs.tls?.certFile,
    keyFile: options.key ?? outputs.tls?.keyFile,
  });
  const expectation = {
    clusterName: outputs.name,
    members: outputs.members.map(({ name, endpoint, peerUrl }) => ({ name, endpoint, peerUrls: [peerUrl] })),
    release: outputs.release,
    learners: outputs.learners,
  };
  return { format, privateNetwork: outputs.target === "aws", ask: { expectation, tls, ...common } };
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

function tlsFiles(files: {
  caFile: string | undefined;
  certFile: string | undefined;
  keyFile: string | undefined;
}): TlsOptions | undefined {
  if (Object.values(files).every((file) => file === undefined)) return undefined;
  const read = (option: string, file: string | undefined): Buffer | undefined => {
    if (file === undefined) return undefined;
    try {
      return readFileSync(file);
    } catch (error) {
      throw new UsageError(
        `cannot read ${option} ${file}: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  };
  const [ca, cert, key] = [
    read("--cacert", files.caFile),
    read("--cert", files.certFile),
    read("--key", files.keyFile),
  ];
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError("--cert and --key belong together; one of them is missing");
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
