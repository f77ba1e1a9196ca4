import { CdktfEtcdError, ExternalError } from "../errors";

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a file stands where a folder is needed",
  EEXIST: "something else stands there",
  EMFILE: "too many open files",
};

/** Turns what the operating system refused into a failure for a person; anything else is our bug and stays as it is. */
export function explainSystemError(what: string, error: unknown): unknown {
  if (error instanceof CdktfEtcdError || !(error instanceof Error) || !("syscall" in error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const path = "path" in error ? ` ${String(error.path)}` : "";
  const reason = REASONS[code] ?? error.message;
  return new ExternalError(`${what}: ${String(error.syscall)}${path}: ${reason}`, { cause: error });
}
