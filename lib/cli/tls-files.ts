import { readFileSync } from "node:fs";
import type { TlsFiles } from "../cluster/cluster";
import { PKI_ROOT } from "../cluster/pki-layout";
import { ExternalError, UsageError } from "../errors";
import type { TlsOptions } from "../verification";
import { certificateWarnings } from "./certificate-warnings";

/** PEM files that were named on the command line. */
export interface TlsFileOptions {
  readonly cacert?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

interface Named {
  readonly option: "--cacert" | "--cert" | "--key";
  /** For people. */
  readonly title: string;
  readonly file: string;
  /** Whether a person named it just now. */
  readonly isGiven: boolean;
}

/**
 * Reads what is presented to members, and warns on stderr of what ends soon.
 *
 * @param deployed what the deployed cluster takes, relative to the current folder; an option goes before it
 * @throws {UsageError} for options that name no readable files, or a certificate without its key
 * @throws {ExternalError} for a file of the deployed cluster that cannot be read
 */
export function readTlsFiles(options: TlsFileOptions, deployed?: TlsFiles): TlsOptions | undefined {
  const named = (option: Named["option"], title: string, given?: string, own?: string): Named[] => {
    const file = given ?? own;
    return file === undefined ? [] : [{ option, title, file, isGiven: given !== undefined }];
  };
  // Certificate and key go together: one of the command line does not fit the other one of the cluster.
  const { certFile, keyFile } =
    options.cert === undefined && options.key === undefined
      ? { certFile: deployed?.certFile, keyFile: deployed?.keyFile }
      : { certFile: undefined, keyFile: undefined };
  const files = [
    ...named("--cacert", "CA certificate", options.cacert, deployed?.caFile),
    ...named("--cert", "client certificate", options.cert, certFile),
    ...named("--key", "key of the client certificate", options.key, keyFile),
  ];
  if (files.length === 0) return undefined;
  const contents = readAll(files);
  const [ca, cert, key] = (["--cacert", "--cert", "--key"] as const).map((option) => contents.get(option));
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError("--cert and --key belong together; one of them is missing");
  for (const { option, file } of files) {
    const content = contents.get(option);
    if (option === "--key" || content === undefined) continue;
    for (const warning of certificateWarnings(file, content)) process.stderr.write(`warning: ${warning}\n`);
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function readAll(files: readonly Named[]): Map<Named["option"], Buffer> {
  const contents = new Map<Named["option"], Buffer>();
  const unreadable: (Named & { readonly reason: string })[] = [];
  for (const named of files) {
    try {
      contents.set(named.option, readFileSync(named.file));
    } catch (error) {
      unreadable.push({ ...named, reason: reasonOf(error) });
    }
  }
  const [given] = unreadable.filter(({ isGiven }) => isGiven);
  if (given !== undefined) throw new UsageError(`cannot read ${given.option} ${given.file}: ${given.reason}`);
  if (unreadable.length === 0) return contents;
  throw new ExternalError(
    unreadable.map(({ title, file, reason }) => `cannot read the ${title} ${file}: ${reason}`).join("\n"),
    { remedy: remedyFor(unreadable) },
  );
}

function remedyFor(unreadable: readonly Named[]): string {
  const options = unreadable.map(({ option }) => option).join(", ");
  const byHand = `name ${unreadable.length === 1 ? "another" : "others"} with ${options}`;
  if (!unreadable.some(({ file }) => file.startsWith(`${PKI_ROOT}/`))) return `put it there, or ${byHand}`;
  return unreadable.some(({ option }) => option === "--cacert")
    ? `bring the cluster's folder below ${PKI_ROOT}/ here; where the CA and its key are, \`cdktf-etcd pki issue --client operator\` makes a client certificate; or ${byHand}`
    : `\`cdktf-etcd pki issue --client operator\` makes it where the key of the CA is; or ${byHand}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return REASONS[(error as NodeJS.ErrnoException).code ?? ""] ?? error.message;
}
