import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LabCommands } from "./support/lab-commands";
import { StateFolder } from "./state-folder";

test("says why there can be no lab here, whatever is asked", async () => {
  const lab = await LabCommands.create();
  for (const args of [["up"], ["status"], ["exec", "etcd-0"], ["down"]]) {
    const { code, stdout, stderr } = await lab.run(args, { problem: "machines need root: use sudo" });
    expect(stderr).toBe("error: machines need root: use sudo\n");
    expect(stdout).toBe("");
    expect(code).toBe(2);
  }
  expect(await lab.folder.isFree()).toBe(true);
});

test.each([
  ["status"],
  ["exec", "etcd-0", "--", "true"],
  ["power-off", "etcd-0"],
  ["power-on", "all"],
  ["cut", "etcd-0"],
  ["cut", "--mend"],
  ["freeze", "etcd-0"],
  ["s3", "closed"],
  ["wipe", "etcd-0"],
  ["replace", "etcd-0"],
  ["verify"],
  ["console", "etcd-0"],
])("without a lab it says how to have one: %s %s", async (...args) => {
  const lab = await LabCommands.create();
  const { code, stdout, stderr } = await lab.run(args);
  expect(stderr).toBe("error: no lab is up\n  npm run lab -- up brings one up\n");
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test.each([
  [["lift"], "error: unknown command 'lift'"],
  [["power-off"], "error: missing required argument 'names'"],
  [["up", "a.yaml", "b.yaml"], "error: too many arguments"],
  [["power-off", "0", "--kill"], "error: unknown option '--kill'"],
  [["s3", "shut"], "Allowed choices are open, closed, silent"],
  [["cut"], "error: whom to cut off?\n  npm run lab -- cut etcd-0\n"],
  [["cut", "0", "--mend"], "error: --mend ends all partitions and plugs in all cables: it takes no names\n"],
  [["status", "--output", "xml"], 'error: --output must be table or json, got "xml"\n'],
  [["up", "absent.yaml"], "error: cannot read the cluster definition absent.yaml: there is no such file\n"],
] as const)("refuses %j", async (args, message) => {
  const lab = await LabCommands.create();
  const { code, stderr } = await lab.run(args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
  expect(await lab.folder.isFree()).toBe(true);
});

test("finds the mistakes of a definition before it starts anything", async () => {
  const lab = await LabCommands.create();
  const file = join(lab.folder.path, "wrong.yaml");
  await writeFile(file, "name: demo\nmembres: 3\naws: { region: eu-central-1 }\n");
  const { code, stderr } = await lab.run(["up", file]);
  expect(stderr).toContain('membres: unknown key "membres"');
  expect(stderr).toContain("1 mistake in the definition; nothing was done\n");
  expect(code).toBe(2);
  expect(lab.folder.readRecord()).toBeUndefined();
});

test("hands definition and release over to the lab", async () => {
  const lab = await LabCommands.create();
  const file = join(lab.folder.path, "one.yaml");
  const text = "name: one\nmembers: 1\naws:\n  region: eu-central-1\n";
  await writeFile(file, text);
  const up = await lab.run(["up", file, "--release", "3.4"]);
  expect(up.code, up.output).toBe(0);
  expect(up.stdout).toContain(`made of ${file} with etcd 3.4\n`);
  expect(lab.calls()[0]).toBe(`create 3.4 ${text.length}`);
});

test("help says what it is for, how machines are made and what to type; each command has an example", async () => {
  const lab = await LabCommands.create();
  const { code, stdout } = await lab.run(["--help"]);
  expect(code).toBe(0);
  for (const words of [
    "Real machines",
    "systemd-nspawn",
    "Needs Linux and root",
    "Exit codes: 0",
    "npm run lab -- up",
  ])
    expect(stdout).toContain(words);
  expect(stdout).not.toContain("serve");
  const names = [...stdout.matchAll(/^ {2}([a-z][a-z0-9-]+) (?:\[options\] )?[[<|]?/gm)].map(
    ([, name]) => name!,
  );
  expect(names).toEqual(expect.arrayContaining(["up", "status", "exec", "cut", "replace", "down"]));
  for (const name of new Set(names.filter((word) => word !== "npm"))) {
    const help = await lab.run([name, "--help"]);
    expect(help.code, help.output).toBe(0);
    expect(help.stdout).toContain(`Examples:\n  npm run lab -- ${name}`);
  }
});

test("a folder too deep for a socket is refused with what to do", () => {
  const path = `/tmp/${"deep/".repeat(30)}`;
  expect(() => StateFolder.open(path)).toThrow("the path of the lab's socket is too long for a socket");
});
