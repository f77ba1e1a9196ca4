import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { program } from "../../lib/cli/program";
import { EXIT } from "../../lib/cli/exit-codes";
import { allChecks } from "../../lib/verification";
import { STACK } from "../support/cli";
import { cli } from "./in-process";

const COMMANDS = [
  "up",
  "down",
  "status",
  "verify",
  "connect",
  "etcdctl",
  "render",
  "schema",
  "kv",
  "lease",
  "services",
  "pki",
  "grant",
];

test("the commands are the documented ones", () => {
  const visible = program(async () => {})
    .createHelp()
    .visibleCommands(program(async () => {}))
    .map((command) => command.name())
    .filter((name) => name !== "help");
  expect(visible).toEqual(COMMANDS);
});

test.each(COMMANDS)(
  "%s --help shows its options and an example that this command line takes",
  async (name) => {
    const { code, stdout, stderr } = await cli(name, "--help");
    expect(code).toBe(EXIT.ok);
    expect(stderr).toBe("");
    const examples = stdout.split("Examples:\n")[1]?.trim().split("\n") ?? [];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const words = (example.split(" > ")[0] ?? "").trim().split(/\s+/);
      expect(words.slice(0, 2)).toEqual(["cdktf-etcd", name]);
      const taken = program(async () => {});
      taken.commands.forEach((command) => command.exitOverride());
      await expect(taken.parseAsync(words.slice(1), { from: "user" })).resolves.toBe(taken);
    }
  },
);

test("--help names every command and every exit code", async () => {
  const { code, stdout } = await cli("--help");
  expect(code).toBe(EXIT.ok);
  for (const name of COMMANDS) expect(stdout).toContain(`\n  ${name} `);
  const said = stdout.slice(stdout.indexOf("Exit codes:"));
  for (const exit of Object.values(EXIT)) expect(said).toMatch(new RegExp(`\\b${exit}\\b`));
});

test("--version prints the package's version", async () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8")) as {
    version: string;
  };
  expect(await cli("--version")).toEqual({ code: EXIT.ok, stdout: `${version}\n`, stderr: "" });
});

test.each<[string[], string]>([
  [["upp"], "Did you mean up?"],
  [["verifi"], "Did you mean verify?"],
  [["up", "--cluter", "x"], "Did you mean --cluster?"],
  [["verify", "--endpoint", "x"], "Did you mean --endpoints?"],
  [["up", "--cluster"], "option '-c, --cluster <file>' argument missing"],
  [["render"], "missing required argument 'member'"],
  [["render", "a", "b"], "too many arguments for 'render'"],
  [["up", "now"], "too many arguments for 'up'"],
  [[], "Usage: cdktf-etcd"],
])("refuses the command line %j and says %s", async (argv, words) => {
  const { code, stdout, stderr } = await cli(...argv);
  expect(code).toBe(EXIT.usage);
  expect(stdout).toBe("");
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(STACK);
});

test.each<[string[], string]>([
  [
    ["verify", "--endpoints", "http://127.0.0.1:1", "--output", "yaml"],
    '--output must be table, json, junit, prometheus, github or html, got "yaml"',
  ],
  [["status", "--endpoints", "http://127.0.0.1:1", "--output", ""], '--output must be table or json, got ""'],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--wait", "soon"], "--wait "],
  [["status", "--endpoints", "http://127.0.0.1:1", "--call-timeout", "-1s"], "--call-timeout "],
  [["status", "--endpoints", "http://127.0.0.1:1", "--call-timeout", "0s"], "--call-timeout must be longer"],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--skip", "everything"], "no such check: everything"],
  [["verify", "--endpoints", ","], "endpoint"],
  [["verify", "--endpoints", "ftp://127.0.0.1"], "ftp://127.0.0.1"],
  [
    ["status", "--endpoints", "https://127.0.0.1:1", "--cacert", "nowhere.pem"],
    "cannot read --cacert nowhere.pem",
  ],
  [
    ["status", "--endpoints", "https://127.0.0.1:1", "--cert", __filename],
    "--cert and --key belong together",
  ],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--checks", "everything"], "no such check: everything"],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--snapshot-max-age", "1h"], "with --snapshots only"],
  [
    ["verify", "--endpoints", "http://127.0.0.1:1", "--report", "pdf=x"],
    '--report must be FORMAT=FILE, got "pdf=x"',
  ],
  [
    ["verify", "--endpoints", "http://127.0.0.1:1", "--report", "json=nowhere/x"],
    "there is no folder nowhere",
  ],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--report", "json=/dev/null"], "no plain file"],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--report", "json=./new/"], "no plain file"],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--report", `json=${__filename}/x`], "there is no folder"],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--report", `json=${"x".repeat(300)}`], "ENAMETOOLONG"],
  [
    ["verify", "--endpoints", "http://127.0.0.1:1", "--report", "json=x", "--report", "html=./x"],
    "--report names ./x twice",
  ],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--checks", " ,"], "--checks names no check"],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--skip", "authentication"], "cannot be left out"],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--snapshots", ""], "--snapshots names no folder"],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--call-timeout", "0s"], "--call-timeout must be longer"],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--call-timeout", "1000h"], "and 1h at most"],
  [["kv", "get", "a", "--endpoints", "http://127.0.0.1:1", "--call-timeout", "0"], "--call-timeout must be"],
  [
    ["services", "list", "--endpoints", "http://127.0.0.1:1", "--call-timeout", "0ms"],
    "must be longer than 0",
  ],
  [["verify", "--endpoints", "http://256.1.1.1:2379"], '"http://256.1.1.1:2379" is not an endpoint'],
  [["verify", "--endpoints", "http://127.0.0.1:1", "--cacert", __filename], "no certificate in the CA"],
  [
    ["verify", "--endpoints", "http://127.0.0.1:1", "--cert", __filename, "--key", __filename],
    "the TLS certificate, key or CA cannot be used",
  ],
  [["status", "--endpoints", "http://127.0.0.1:1", "--watch", "0s"], "--watch must be from 100ms to 24h"],
  [["status", "--endpoints", "http://127.0.0.1:1", "--watch", "1000h"], "--watch must be from 100ms to 24h"],
  [["status", "--endpoints", "http://127.0.0.1:1", "--watch", "soon"], "--watch "],
  [["status", "--endpoints", "http://127.0.0.1:1", "--via", "ssh"], '--via must be ssm, got "ssh"'],
  [
    ["status", "--endpoints", "http://127.0.0.1:1", "--user", "root"],
    "there is no password for the user root",
  ],
  [["up", "--timeout", "a while"], "--timeout "],
  [["up", "--target", "azure"], '--target must be aws or local, got "azure"'],
  [["down", "--target", "azure"], '--target must be aws or local, got "azure"'],
  [["local", "preflight"], "called by Terraform"],
])("refuses the options %j", async (argv, words) => {
  const { code, stdout, stderr } = await cli(...argv);
  expect(code, stderr).toBe(EXIT.usage);
  expect(stdout).toBe("");
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(STACK);
});

test("verify --list-checks asks nobody", async () => {
  const { code, stdout } = await cli("verify", "--list-checks");
  expect(code).toBe(EXIT.ok);
  expect(stdout.split("\n").filter((line) => line !== "")).toHaveLength(allChecks.length);
  for (const { id, title } of allChecks) expect(stdout).toMatch(new RegExp(`^${id} +${title}$`, "m"));
});

test("schema prints a JSON Schema", async () => {
  const { code, stdout } = await cli("schema");
  expect(code).toBe(EXIT.ok);
  expect(JSON.parse(stdout)).toMatchObject({ type: "object", required: ["name"] });
});
