import { expect, test } from "vitest";
import { parseEnvFile } from "../../../lib/local/process/env-file";

test("reads what a systemd unit would read", () => {
  const text = [
    "# comment",
    "; comment",
    "",
    "ETCD_NAME=a",
    'ETCD_LOG="a \\"b\\" \\\\ \\$HOME \\n"',
    "ETCD_EMPTY=",
    "  ETCD_INDENTED=x y  ",
    "ETCD_INITIAL_CLUSTER=a=http://127.0.0.1:2380,b=http://127.0.0.1:2381",
    "ETCD_NAME=last one wins",
  ].join("\n");
  expect([...parseEnvFile(text, "etcd.env")]).toEqual([
    ["ETCD_NAME", "last one wins"],
    ["ETCD_LOG", 'a "b" \\ $HOME \\n'],
    ["ETCD_EMPTY", ""],
    ["ETCD_INDENTED", "x y"],
    ["ETCD_INITIAL_CLUSTER", "a=http://127.0.0.1:2380,b=http://127.0.0.1:2381"],
  ]);
});

test.each(["no equals sign", "1A=b", 'A="open', "A='single'", 'A="a" b', "A=back\\slash", "export A=b"])(
  "refuses a line that it cannot read: %s",
  (line) => {
    expect(() => parseEnvFile(`A=b\n${line}\n`, "etcd.env")).toThrow(
      `etcd.env:2: expected KEY=value or KEY="value", got ${line}`,
    );
  },
);
