import { outputsOf } from "../../cluster/outputs";
import { connectionTo } from "../connect/connection";
import { connectionFormats, type ConnectionFormat } from "../connect/formats";
import { loadCluster, type DefinitionOptions } from "../definition-file";
import { deployedOutputs, FROM_DEFINITION } from "../deployed";
import { EXIT, type ExitCode } from "../exit-codes";
import { oneOf } from "../one-of";
import { SOURCES } from "../reach/whom";

export interface ConnectOptions extends DefinitionOptions {
  readonly from?: string | undefined;
  /** Name of a certificate that `pki issue --client` made. */
  readonly client?: string | undefined;
  /** Name of a user who logs in by password. */
  readonly user?: string | undefined;
  readonly output: string;
}

const FORMATS = Object.keys(connectionFormats) as ConnectionFormat[];

/** Prints what a program needs to talk to the cluster. Asks no member: it works from anywhere, also while the cluster is down. */
export async function connect(options: ConnectOptions): Promise<ExitCode> {
  const format = oneOf("--output", options.output, FORMATS);
  const source = options.from === undefined ? "deployed" : oneOf("--from", options.from, SOURCES);
  const outputs =
    source === "definition"
      ? outputsOf(await loadCluster(options, "local"))
      : await deployedOutputs(options, FROM_DEFINITION);
  const connection = connectionTo(outputs, { clientName: options.client, user: options.user });
  process.stdout.write(`${connectionFormats[format](connection)}\n`);
  return EXIT.ok;
}
