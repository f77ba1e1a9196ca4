import { describe, expect, it } from "vitest";
import { readYaml } from "../../lib/cluster/yaml-source";
import { mistakesOf } from "./mistakes-of";

describe("a file that is no YAML", () => {
  it("is refused with all syntax errors and their places", () => {
    expect(mistakesOf("name: demo\nmembers: [1, 2\netcd:\n  - a\n b: c\n")).toMatchInlineSnapshot(`
      "
      cluster.yaml:3:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]
      cluster.yaml:5:1: not valid YAML: All mapping items must start at the same column
      "
    `);
  });

  it("is refused when a key stands there twice", () => {
    expect(mistakesOf("name: demo\nmembers: 3\nname: other\naws: { region: a, region: b }\n"))
      .toMatchInlineSnapshot(`
      "
      cluster.yaml:3:1: the key "name" stands here once more
          keep one of them
      cluster.yaml:4:19: the key "region" stands here once more
          keep one of them
      "
    `);
  });

  it("is refused when tabs indent it", () => {
    expect(mistakesOf("name: demo\netcd:\n\trelease: 3.6.14\n")).toMatchInlineSnapshot(`
      "
      cluster.yaml:3:1: not valid YAML: a tab as indentation
          indent with spaces
      "
    `);
  });

  it("is refused with an alias that repeats nothing, each one named", () => {
    expect(mistakesOf("name: *x\netcd: { settings: { cors: [*y] } }\n")).toMatchInlineSnapshot(`
      "
      cluster.yaml:1:7: the alias "*x" repeats nothing: no anchor of that name stands before it
          write the value itself; a text that begins with * needs quotes
      cluster.yaml:2:28: the alias "*y" repeats nothing: no anchor of that name stands before it
          write the value itself; a text that begins with * needs quotes
      "
    `);
  });

  it("is refused with tags, which would be dropped without a word", () => {
    expect(mistakesOf("name: !Ref name\nmembers: !!set { a, b }\nlearners: !!binary aGk=\n"))
      .toMatchInlineSnapshot(`
      "
      cluster.yaml:1:7: a tag that means nothing here: "!Ref"
          remove it, or put the text in quotes
      cluster.yaml:2:10: a tag that means nothing here: "!!set"
          remove it, or put the text in quotes
      cluster.yaml:3:11: a tag that means nothing here: "!!binary"
          remove it, or put the text in quotes
      "
    `);
  });

  it("is refused with a directive that nobody knows", () => {
    expect(mistakesOf("%FOO bar\n---\nname: demo\n")).toMatchInlineSnapshot(`
      "
      cluster.yaml:1:1: not valid YAML: Unknown directive %FOO
      "
    `);
  });

  it("is refused with keys that are no text", () => {
    expect(mistakesOf("? [a, b]\n: 1\n? { c: d }\n: 2\n: 3\nname: demo\n")).toMatchInlineSnapshot(`
      "
      cluster.yaml:1:3: a key must be text, got a list, a mapping or an alias
      cluster.yaml:3:3: a key must be text, got a list, a mapping or an alias
      cluster.yaml:5:1: a key must be text, got nothing
      "
    `);
  });

  it("is refused when its aliases multiply without end", () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(", ")}]\n`;
    const bomb = level("a", "x") + level("b", "*a") + level("c", "*b") + level("d", "*c") + level("e", "*d");
    expect(mistakesOf(`name: demo\n${bomb}`)).toMatchInlineSnapshot(`
      "
      cluster.yaml:1:1: not usable as YAML: Excessive alias count indicates a resource exhaustion attack
          write the values out instead of repeating them
      "
    `);
  });
});

describe("a file without a definition", () => {
  it.each(["", "   \n\n", "\ufeff", "\t\n"])("is refused when empty: %j", (text) => {
    expect(mistakesOf(text)).toBe(`
cluster.yaml:1:1: the file is empty
    the smallest definition is one line: name: my-cluster
`);
  });

  it.each(["# a\n# b\n", "---\n", "--- # c\n...\n", "~\n", "null"])(
    "is refused with only comments or nothing: %j",
    (text) => {
      expect(mistakesOf(text)).toBe(`
cluster.yaml:1:1: the file holds no definition
    the smallest definition is one line: name: my-cluster
`);
    },
  );

  it.each([
    ["# first\n- a\n- b\n", "2:1", "a list of 2"],
    ["hello\n", "1:1", '"hello"'],
    ["--- 3\n", "1:5", "3"],
  ])("is refused with no mapping at the top: %j", (text, place, got) => {
    expect(mistakesOf(text)).toBe(`
cluster.yaml:${place}: must be a mapping (key: value) at the top, got ${got}
    the smallest definition is one line: name: my-cluster
`);
  });

  it("is refused with more than one document", () => {
    expect(mistakesOf("name: demo\n---\nname: other\n---\nname: third\n")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:1: another YAML document begins here; a file holds one cluster
          remove this line, or put what follows into its own file
      "
    `);
  });
});

describe("garbage", () => {
  it("of 1 MB is refused at once, whatever it is", () => {
    for (const text of [
      "lorem ipsum ".repeat(90_000),
      noise(2 ** 20),
      "{".repeat(2 ** 20),
      "&a [*a, ".repeat(2 ** 17),
    ]) {
      const begun = performance.now();
      expect(mistakesOf(text)).toMatch(
        /^\ncluster\.yaml:1:1: the file has \d+ characters; a definition has at most 262144\n {4}is this the right file\?\n$/,
      );
      expect(performance.now() - begun).toBeLessThan(1000);
    }
  });

  it.each([
    "[",
    "{",
    "{a: ",
    "[*a, ",
    "- ",
    "? ",
    "&a ",
    "a:\n",
    "'",
    '"',
    "|\n",
    "!!x ",
    "*",
    "%",
    "\0",
    "\x7f",
    "\ud800",
  ])(
    "of many %j is refused, shortly and without a word of the inside",
    (piece) => {
      for (const times of [1, 50, 2000, Math.floor(200_000 / piece.length)]) {
        const said = mistakesOf(piece.repeat(times));
        expect(said).toMatch(/^\ncluster\.yaml:\d+:\d+/);
        expect(said).not.toMatch(/call stack|YAML\.parse|node_modules|\n {4}at /);
        expect(said.length).toBeLessThan(4000);
      }
    },
    120_000,
  );

  it("that looks binary is refused without control characters in what is shown", () => {
    const said = mistakesOf(`${noise(5000)}\n: ${noise(5000)}`);
    expect(said).toContain("cluster.yaml:");
    expect(said).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
  });

  it("that is nested without end is refused", () => {
    expect(mistakesOf(`name: demo\netcd: ${"{ a: ".repeat(60)}1${" }".repeat(60)}\n`)).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:248: nested more deeply than any definition
          is this the right file?
      "
    `);
    expect(mistakesOf(`name: ${"[".repeat(5000)}${"]".repeat(5000)}\n`)).toContain(
      "nested more deeply than any definition",
    );
  });
});

describe("YAML as people write it", () => {
  const value = (text: string) => {
    const read = readYaml(text, "cluster.yaml");
    return "source" in read ? read.source.value : read.mistakes;
  };

  it("may have a byte order mark, Windows line ends, a document start and an end", () => {
    expect(value("\ufeff%YAML 1.2\r\n---\r\nname: demo # comment\r\nmembers: 3\r\n...\r\n")).toEqual({
      name: "demo",
      members: 3,
    });
  });

  it("may have anchors, aliases and merge keys", () => {
    expect(value("a: &a { x: 1, y: 2 }\nb: *a\nc: { <<: *a, y: 3 }\n")).toEqual({
      a: { x: 1, y: 2 },
      b: { x: 1, y: 2 },
      c: { x: 1, y: 3 },
    });
  });

  it("means the same under %YAML 1.1: `no` is text, 0o17 a number, 1:30 no time", () => {
    expect(value("%YAML 1.1\n---\na: no\nb: 0o17\nc: 1:30\n")).toEqual({ a: "no", b: 15, c: "1:30" });
  });

  it("may be JSON", () => {
    expect(value('{"name": "demo",\n "members": 3}')).toEqual({ name: "demo", members: 3 });
  });
});

/** Always the same characters, control characters among them. */
function noise(length: number): string {
  let state = 12345;
  const next = () => (state = (state * 1103515245 + 12345) % 2 ** 31);
  return Array.from({ length }, () => String.fromCharCode((next() >> 8) % 256)).join("");
}
