import { EndpointProblem, isOutOfReach } from "../client";
import { CdktfEtcdError, DefinitionError, ExternalError, UsageError } from "../errors";
import { EXIT, type ExitCode } from "./exit-codes";

/** Says on stderr what went wrong – with a stack only for our own bugs – and what to exit with. */
export function reportError(error: unknown): ExitCode {
  if (isInterruption(error)) {
    process.stderr.write("interrupted\n");
    return EXIT.interrupted;
  }
  if (error instanceof DefinitionError) {
    const count = error.mistakes.length;
    process.stderr.write(
      `${error.message}\n${count} ${count === 1 ? "mistake" : "mistakes"} in the definition; nothing was done\n`,
    );
    return EXIT.usage;
  }
  if (error instanceof CdktfEtcdError) {
    process.stderr.write(`error: ${error.message}\n`);
    if (error.remedy !== undefined) process.stderr.write(`  ${error.remedy}\n`);
    if (error instanceof UsageError) return EXIT.usage;
    if (error instanceof EndpointProblem) return isOutOfReach(error.kind) ? EXIT.unreachable : EXIT.external;
    return error instanceof ExternalError ? EXIT.external : EXIT.bug;
  }
  const refusal = refusalOfSystem(error);
  if (refusal !== undefined) {
    process.stderr.write(`error: ${refusal}\n`);
    return EXIT.external;
  }
  process.stderr.write(
    `this is a bug in cdktf-etcd, please report it:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.bug;
}

/** What can go wrong with any file at any time; every other error code says that a case was forgotten here. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EMFILE: "too many open files",
  ENFILE: "too many open files on this machine",
  EIO: "the disk or device failed",
};

function refusalOfSystem(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : REFUSALS[code];
  if (reason === undefined || syscall === undefined) return undefined;
  return `${syscall}${path === undefined ? "" : ` ${path}`}: ${reason}`;
}

function isInterruption(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
