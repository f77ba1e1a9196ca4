import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DefinitionError } from "../../lib/errors";
import { runProgram } from "../../lib/local/run-program";
import { escapeUnitValue, quoteValue, refuseUnwritable } from "../../lib/rendering/quoting";
import { debianTool } from "../support/debian-tools";

const NASTY = [
  "plain",
  "",
  " leading and trailing ",
  "two words",
  "it's",
  'say "hi"',
  "back\\slash",
  "trailing\\",
  "\\n is not a newline",
  "$HOME and $(id) and `id`",
  "100% %n %%",
  "# no comment",
  "a;b&c|d<e>f",
  "~/x:~/y",
  "*?[a-z]{a,b}!",
  "a=b=c",
  "Grüße, 你好 🙂",
  "no\u00a0break",
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quoting-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("quoteValue", () => {
  test.each(NASTY)("is read back by a POSIX shell: %j", async (value) => {
    const file = join(folder, "shell.env");
    await writeFile(file, `BEFORE=1\nVALUE=${quoteValue(value)}\nAFTER=2\n`);
    const script = 'set -eu; . "$1"; printf "%s|%s|%s" "$BEFORE" "$VALUE" "$AFTER"';
    for (const shell of ["sh", "bash"]) {
      const { stdout, failure } = await runProgram(shell, ["-c", script, shell, file], {
        env: { HOME: "/nowhere" },
      });
      expect(failure).toBeUndefined();
      expect(stdout).toBe(`1|${value}|2`);
    }
  });

  test.each(NASTY)("is one word of a shell command: %j", async (value) => {
    const script = `printf '%s|' first ${quoteValue(value)} last`;
    for (const shell of ["sh", "bash"]) {
      const { stdout } = await runProgram(shell, ["-c", script], { env: { HOME: "/nowhere" } });
      expect(stdout).toBe(`first|${value}|last|`);
    }
  });

  // os-release goes through the same parser as EnvironmentFile= (src/basic/env-file.c), and %B gives one of its values.
  test.each(NASTY)("is read back by systemd: %j", async (value) => {
    // From the same package as this tool.
    const { env } = await debianTool("systemd-analyze");
    const root = await mkdtemp(join(folder, "root-"));
    await mkdir(join(root, "etc"));
    await writeFile(
      join(root, "etc/os-release"),
      `ID=debian\nBUILD_ID=${quoteValue(value)}\nVERSION_ID=13\n`,
    );
    await writeFile(join(root, "write.conf"), "f /value 0644 - - - [%B|%w]\n");
    const { failure, stderr } = await runProgram(
      "systemd-tmpfiles",
      [`--root=${root}`, "--create", join(root, "write.conf")],
      {
        env,
      },
    );
    expect(failure, stderr).toBeUndefined();
    expect(await readFile(join(root, "value"), "utf8")).toBe(`[${value}|13]`);
  });
});

describe("escapeUnitValue", () => {
  test("doubles what begins a specifier", () => {
    expect(escapeUnitValue("100% %n")).toBe("100%% %%n");
  });
});

describe("refuseUnwritable", () => {
  test("accepts every value that the tests above read back", () => {
    expect(() => refuseUnwritable(NASTY.map((value) => ["ETCD_NAME", value]))).not.toThrow();
  });

  test.each([
    ["a newline", "a\nb"],
    ["a carriage return", "a\rb"],
    ["NUL", "a\0b"],
    ["a tab", "a\tb"],
    ["an escape sequence", "\u001b[31m"],
    ["a C1 control character", "a\u0085b"],
    ["a line separator", "a\u2028b"],
    ["a paragraph separator", "a\u2029b"],
    ["half a surrogate pair", "a\ud83d"],
    ["a byte order mark", "\ufeffa"],
    ["no character at all", "a\uffff"],
    ["an unresolved cdktf token", "${TfToken[TOKEN.7]}"],
    ["a Terraform directive", "%{ if true }"],
  ])("refuses %s, naming the variable", (_, value) => {
    expect(() => refuseUnwritable([["ETCD_NAME", value]])).toThrow(DefinitionError);
    expect(() => refuseUnwritable([["ETCD_NAME", value]])).toThrow(/^ETCD_NAME: must be one line of text/);
  });

  test("refuses all of them at once", () => {
    const values: [string, string][] = [
      ["ETCD_NAME", "a\n"],
      ["ETCD_DATA_DIR", "/fine"],
      ["ETCD_CERT_FILE", "/a${b}"],
    ];
    expect(() => refuseUnwritable(values)).toThrow(/ETCD_NAME[^]*ETCD_CERT_FILE/);
  });
});
