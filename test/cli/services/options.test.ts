import { describe, expect, test } from "vitest";
import { EXIT } from "../../../lib/cli/exit-codes";
import { metadataOf } from "../../../lib/cli/services/metadata-option";
import { selectionOf } from "../../../lib/cli/services/selection";
import { ttlSecondsOf } from "../../../lib/cli/services/ttl-option";
import { STACK } from "../../support/cli";
import { cli } from "../in-process";

describe("--metadata", () => {
  test.each<[string[], object]>([
    [[], {}],
    [
      ["zone=a", "weight=3", "empty=", "url=http://x/?y=z"],
      { zone: "a", weight: "3", empty: "", url: "http://x/?y=z" },
    ],
    [['{"zone":"a","weight":3}'], { zone: "a", weight: 3 }],
    [['{"nested":{"x":[1]}}', "zone=a"], { nested: { x: [1] }, zone: "a" }],
  ])("%j is %j", (given, metadata) => {
    expect(metadataOf(given)).toEqual(metadata);
  });

  test("names everything that is wrong", () => {
    expect(() => metadataOf(["zone", "=a", '{"zone":', "a=1", '{"a":2}'])).toThrow(
      /got "zone"\n.*got "=a"\n.*is not JSON: .*\n--metadata gives "a" twice$/s,
    );
  });
});

test("services are chosen by their names, or by what their names begin with, or all of them", () => {
  expect(selectionOf([], undefined)).toEqual({ all: true });
  expect(selectionOf(["a", "b", "a"], undefined)).toEqual(["a", "b"]);
  expect(selectionOf([], "user-srv")).toEqual({ all: true, below: "user-srv" });
  expect(() => selectionOf(["a"], "b")).toThrow("a and --below b each say which services");
});

test("--ttl is a duration of whole seconds", () => {
  expect(ttlSecondsOf(undefined)).toBeUndefined();
  expect(ttlSecondsOf("1m30s")).toBe(90);
  expect(() => ttlSecondsOf("1500ms")).toThrow('--ttl must be whole seconds, got "1500ms"');
});

const NOBODY = ["--endpoints", "http://127.0.0.1:1"];

test.each<[string[], string[]]>([
  [
    [
      "register",
      "a",
      "--endpoint",
      "x",
      ...NOBODY,
      "--ttl",
      "soon",
      "--metadata",
      "zone",
      "--layout",
      "consul",
    ],
    [
      '--layout must be micro or go, got "consul"',
      "--ttl ",
      '--metadata must be KEY=VALUE or a JSON object, got "zone"',
    ],
  ],
  [
    ["list", "a", "--below", "b", ...NOBODY, "--output", "yaml"],
    ["a and --below b each say which services", '--output must be table or json, got "yaml"'],
  ],
  [["watch", ...NOBODY, "--output", "endpoints"], ['--output must be table or json, got "endpoints"']],
  [["get", "a", ...NOBODY, "--output", "x"], ['--output must be endpoints, table or json, got "x"']],
  [["get", ...NOBODY], ["missing required argument 'service'"]],
  [["register", "a", ...NOBODY], ["required option '--endpoint <url>' not specified"]],
  [["regster"], ["Did you mean register?"]],
  [["register", "a", "--endpoint", "x", ...NOBODY, "--ttl", "1s"], ["5"]],
  [["register", "/a/", "--endpoint", "x", ...NOBODY], ['"/a/"']],
  [
    ["list", "", "a//b", ...NOBODY],
    [
      "the name of the service is empty",
      'the name of the service is "a//b"',
      "`cdktf-etcd services list` prints all there are",
    ],
  ],
  [
    ["watch", "", ...NOBODY],
    ["the name of the service is empty", "`cdktf-etcd services list` prints all there are"],
  ],
  [
    ["get", "", ...NOBODY],
    ["the name of the service is empty", "`cdktf-etcd services list` prints all there are"],
  ],
  [
    ["list", "--below", "", ...NOBODY],
    ["the name of the service is empty", "leave out --below"],
  ],
])("services %j is refused, with all that is wrong", async (argv, words) => {
  const { code, stdout, stderr } = await cli("services", ...argv);
  expect(code, stderr).toBe(EXIT.usage);
  expect(stdout).toBe("");
  for (const word of words) expect(stderr).toContain(word);
  expect(stderr).not.toContain("{ all: true }");
  expect(stderr).not.toMatch(STACK);
});

test.each(["register", "list", "get", "watch"])("services %s --help has examples", async (name) => {
  const { code, stdout } = await cli("services", name, "--help");
  expect(code).toBe(EXIT.ok);
  expect(stdout).toMatch(new RegExp(`Examples:\\n  cdktf-etcd services ${name}`));
  expect(stdout).toContain("Whom it asks");
});
