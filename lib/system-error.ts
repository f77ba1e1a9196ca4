import { CdktfEtcdError, ExternalError } from "./errors";

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a file stands where a folder is needed",
  EEXIST: "something else stands there",
  EISDIR: "a folder stands where a file is needed",
  EMFILE: "too many open files",
};

/** Turns what the operating system refused into a failure for a person; anything else is our bug and stays as it is. */
export function explainSystemError(what: string, error: unknown): unknown {
  if (error instanceof CdktfEtcdError || !(error instanceof Error) || !("syscall" in error)) return error;
  const code = "code" in error ? String(error.code) : "";
  // Of two paths (rename, link) the second is the one that was to be there.
  const { path: first, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const path = dest ?? first;
  const reason = REASONS[code] ?? error.message;
  return new ExternalError(
    `${what}: ${String(error.syscall)}${path === undefined ? "" : ` ${path}`}: ${reason}`,
    { cause: error },
  );
}
