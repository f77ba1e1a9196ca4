import { readFileSync } from "node:fs";
import { UsageError } from "../../errors";

/** 0, as a program sees its standard input. */
const STANDARD_INPUT = 0;

/**
 * The first line of a file, or of standard input for `-`. Never an argument: everybody on the machine can see those.
 *
 * @throws {UsageError} when it cannot be read, or is empty
 */
export function readPassword(file: string): string {
  const [password = ""] = read(file).split(/\r?\n/, 1);
  if (password === "")
    throw new UsageError(
      `--password-file: there is no password in ${file === "-" ? "standard input" : file}`,
    );
  return password;
}

function read(file: string): string {
  try {
    return readFileSync(file === "-" ? STANDARD_INPUT : file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--password-file: cannot read ${file}: ${code ?? String(error)}`, { cause: error });
  }
}
