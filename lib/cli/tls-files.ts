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
  /** The option or variable by which a person named it; undefined for the cluster's own. */
  readonly origin: string | undefined;
}

/** Files that count where no option names one. */
export interface OtherTlsFiles {
  /** What a deployed or defined cluster takes, relative to the current folder. */
  readonly own?: TlsFiles | undefined;
  /** What etcdctl's variables name. */
  readonly variables?: TlsFileOptions | undefined;
}

/**
 * Reads what is presented to members, and warns on stderr of what ends soon.
 *
 * @param others an option goes before them
 * @throws {UsageError} for options or variables that name no readable files, or a certificate without its key
 * @throws {ExternalError} for a file of the cluster's own that cannot be read
 */
export function readTlsFiles(options: TlsFileOptions, others: OtherTlsFiles = {}): TlsOptions | undefined {
  const { own, variables } = others;
  // Certificate and key go together: one of the command line does not fit the other one of the cluster.
  const hasPair = options.cert !== undefined || options.key !== undefined;
  const files = [
    ...named("--cacert", "CA certificate", [
      [options.cacert, "--cacert"],
      [variables?.cacert, "ETCDCTL_CACERT"],
      [own?.caFile, undefined],
    ]),
    ...named("--cert", "client certificate", [
      [options.cert, "--cert"],
      ...(hasPair
        ? []
        : ([
            [variables?.cert, "ETCDCTL_CERT"],
            [own?.certFile, undefined],
          ] as const)),
    ]),
    ...named("--key", "key of the client certificate", [
      [options.key, "--key"],
      ...(hasPair
        ? []
        : ([
            [variables?.key, "ETCDCTL_KEY"],
            [own?.keyFile, undefined],
          ] as const)),
    ]),
  ];
  if (files.length === 0) return undefined;
  const contents = readAll(files);
  const [ca, cert, key] = (["--cacert", "--cert", "--key"] as const).map((option) => contents.get(option));
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError(
      `${pairWords(files.find(({ option }) => option !== "--cacert")?.origin)} belong together; one of them is missing`,
    );
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

/** The first that names a file. */
function named(
  option: Named["option"],
  title: string,
  candidates: readonly (readonly [file: string | undefined, origin: string | undefined])[],
): Named[] {
  for (const [file, origin] of candidates) if (file !== undefined) return [{ option, title, file, origin }];
  return [];
}

function pairWords(origin: string | undefined): string {
  return origin?.startsWith("ETCDCTL_") === true ? "ETCDCTL_CERT and ETCDCTL_KEY" : "--cert and --key";
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
  const [given] = unreadable.filter(({ origin }) => origin !== undefined);
  if (given?.origin !== undefined)
    throw new UsageError(`cannot read ${given.origin} ${given.file}: ${given.reason}`);
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
