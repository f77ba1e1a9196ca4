import { DefinitionError, type Mistake } from "../errors";
import { quote } from "../cluster/quote";

/** Needs no quotes in any of the places below. */
const PLAIN = /^[A-Za-z0-9_./:=,@%+-]+$/;

/**
 * Control characters end a line somewhere or are refused by systemd; YAML takes U+2028 and U+2029 for line ends, and refuses lone
 * surrogates and U+FFFE, U+FFFF; a byte order mark is invisible.
 */
const UNWRITABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFEFF\uFFFE\uFFFF]/u;

/** What Terraform would evaluate in a string that cdktf hands it. */
const TERRAFORM_TEMPLATE = /[$%]\{/;

/**
 * Refuses values that could not be written on one line of an env file, a script, a unit or YAML.
 *
 * @param values name and value; the name is what the error calls it
 * @throws DefinitionError naming each of them
 */
export function refuseUnwritable(values: Iterable<readonly [name: string, value: string]>): void {
  const mistakes: Mistake[] = [];
  for (const [name, value] of values) {
    const found = UNWRITABLE.exec(value) ?? TERRAFORM_TEMPLATE.exec(value);
    if (found === null) continue;
    mistakes.push({
      path: name,
      message: `must be one line of text without control characters, "\${" and "%{", got ${quote(value)}`,
      remedy: `remove ${quote(found[0])} from the value`,
    });
  }
  if (mistakes.length > 0) throw new DefinitionError(mistakes);
}

/**
 * A value as systemd (`EnvironmentFile=`) and a POSIX shell (in an env file or a script) both read it. Inside double quotes both take a backslash away
 * before `"`, `\`, `$` and a backquote, and before nothing else; outside of them they differ.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
 */
export function quoteValue(value: string): string {
  return PLAIN.test(value) ? value : `"${value.replace(/["\\$`]/g, "\\$&")}"`;
}

/** A Python string literal; Python reads all escapes that JSON has. */
export function pythonText(value: string): string {
  return JSON.stringify(value);
}

/** `%` begins a specifier in nearly every value of a systemd unit. */
export function escapeUnitValue(value: string): string {
  return value.replaceAll("%", "%%");
}
