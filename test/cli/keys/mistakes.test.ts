/** What `kv` and `lease` refuse before they ask anybody, and what they advise. */
import { expect, test } from "vitest";
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
