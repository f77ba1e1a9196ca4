import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { program } from "../../lib/cli/program";
import { allChecks } from "../../lib/verification";

const pages = ["README.md", ...["docs", "examples"].flatMap(pagesBelow)];
const textOf = (page: string): string => readFileSync(page, "utf8");

function pagesBelow(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".md")).map((file) => join(folder, file));
}

/** What a heading is called in links: https://github.com/gjtorikian/html-pipeline/blob/v2.14.3/lib/html/pipeline/toc_filter.rb */
const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );

const ITSELF = String.raw`(?:cdktf-etcd|npm run (?:-s )?cli --|npm run(?= (?:up|down|status|verify)\b))`;

/** The command lines of cdktf-etcd that a page has one type, as words; also those after `&&` and within `$(…)`. */
function commandLines(text: string): string[][] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    [...block.matchAll(new RegExp(String.raw`(?:^|&& |\$\()${ITSELF} (.*)$`, "gm"))].map(([, rest = ""]) => {
      const own = rest
        .replace(/\)[^)]*$| (?:[|>&#]|2>).*$/, "")
        // npm's own, before what it passes on to a script.
        .replace(/^(up|down|status|verify) -- /, "$1 ");
      return (own.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replaceAll(/["']/g, ""));
    }),
  );
}

/** Parses a command line as the CLI does, and does nothing. */
async function parse(words: readonly string[]): Promise<void> {
  const commands = program(async () => {});
  const all: Command[] = [commands];
  for (const command of all) all.push(...command.exitOverride().commands);
  await commands.parseAsync(words, { from: "user" });
}

describe.each(pages)("%s", (page) => {
  const text = textOf(page);

  test("names only npm scripts that there are", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run (?:-s )?([a-z:-]+)/g)].map(([, name]) => name ?? "");
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test("links only to files and headings that there are", () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const broken = links.filter(([, file = "", anchor]) => {
      const target = file === "" ? page : join(dirname(page), file);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test("has one type only what the command line takes", async () => {
    for (const words of commandLines(text))
      await expect(parse(words), words.join(" ")).resolves.toBeUndefined();
  });

  test("speaks only of commands that there are", () => {
    const known = program(async () => {}).commands.map((command) => command.name());
    const spoken = text.matchAll(new RegExp(`\`${ITSELF} ([a-z]\\S*?)[\\s\`]`, "g"));
    expect([...spoken].map(([, name]) => name).filter((name) => !known.includes(name ?? ""))).toEqual([]);
  });
});

describe("README.md", () => {
  const rows = (text: string): string[][] =>
    [...text.matchAll(/^\| *`?([^|`]+?)`? *\| *([^|]+?) *\|$/gm)].map(([, first = "", second = ""]) => [
      first,
      second,
    ]);

  test("lists every check with its title", () => {
    const section = /<!-- checks -->(.*)<!-- \/checks -->/s.exec(textOf("README.md"))?.[1] ?? "";
    const listed = rows(section).filter(([id]) => allChecks.some((check) => check.id === id));
    expect(listed).toEqual(allChecks.map(({ id, title }) => [id, title]));
  });

  test("lists every exit code", () => {
    const section = /### Exit codes(.*?)\n## /s.exec(textOf("README.md"))?.[1] ?? "";
    const listed = rows(section)
      .map(([code]) => Number(code))
      .filter((code) => !Number.isNaN(code));
    expect(listed).toEqual(Object.values(EXIT));
  });
});
