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
    process.stderr.write(`${error.message}\n${count} ${count === 1 ? "mistake" : "mistakes"} in the definition; nothing was done\n`);
    return EXIT.usage;
  }
  if (error instanceof CdktfEtcdError) {
    process.stderr.write(`error: ${error.message}\n`);
    if (error.remedy !== undefined) process.stderr.write(`  ${error.remedy}\n`);
    return error instanceof UsageError ? EXIT.usage : error instanceof ExternalError ? EXIT.external : EXIT.bug;
  }
  process.stderr.write(`this is a bug in cdktf-etcd, please report it:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.bug;
}

function isInterruption(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
