import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { allChecks } from "../../lib/verification";

const pages = ["README.md", "docs/architecture.md", "examples/README.md"];
const textOf = (page: string): string => readFileSync(page, "utf8");

describe.each(pages)("%s", (page) => {
  const text = textOf(page);

  test("names only npm scripts that there are", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name]) => name ?? "");
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test("links only to files that there are", () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link ?? "");
    expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
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
