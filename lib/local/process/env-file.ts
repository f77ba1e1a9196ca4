import { ExternalError } from "../../errors";

/**
 * Reads an environment file the way systemd does, as far as our template uses the format: `KEY=value`,
 * `KEY="value with \" and \\"`, comments, blank lines. No expansion of `$`, as there.
 * Source: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
 * @throws ExternalError for a line that it cannot read, so that no setting is lost in silence
 */
export function parseEnvFile(text: string, file: string): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [index, line] of text.split("\n").entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith(";")) continue;
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(trimmed);
    const value = match === null ? undefined : parseValue(match[2]!);
    if (match === null || value === undefined) {
      throw new ExternalError(`${file}:${index + 1}: expected KEY=value or KEY="value", got ${trimmed}`, {
        remedy: "This file is written anew at every start; do not edit it, change the cluster definition.",
      });
    }
    variables.set(match[1]!, value);
  }
  return variables;
}

function parseValue(raw: string): string | undefined {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(raw);
  // Between double quotes systemd drops a backslash before these four and keeps it before anything else.
  if (quoted !== null) return quoted[1]!.replaceAll(/\\(["\\`$])/g, "$1");
  return /["'\\]/.test(raw) ? undefined : raw;
}
