/** What `kv` and `lease` refuse before they ask anybody, and what they advise. */
import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { CliProject, STACK } from "../../support/cli";
import { cli } from "../in-process";

const NOBODY = ["--endpoints", "http://127.0.0.1:1"];

test.each([
  [["delete", ""], "  For all keys there are: --all-keys\n"],
  [["delete", "", "b"], "  For all keys there are: --all-keys\n"],
  [["put", "", "x"], ""],
  [["get", ""], '  For all keys there are: "" --prefix\n'],
  [["watch", ""], '  For all keys there are: "" --prefix\n'],
])(
  "kv %j needs a key, and is told how to have all where that can be",
  async ([name = "", ...args], remedy) => {
    expect(await cli("kv", name, ...NOBODY, ...args)).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: KEY must not be empty\n${remedy}`,
    });
  },
);

test("kv put takes no directory for an empty value", async () => {
  const project = await CliProject.create();
  mkdirSync(`${project.folder}/values`);
  const { code, stdout, stderr } = await project.shell(`$CLI kv put ${NOBODY.join(" ")} a < values`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("the value is read from standard input, and that is a directory");
  expect(stderr).not.toMatch(STACK);
});
