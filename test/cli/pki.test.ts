import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { ensurePki } from "../../lib/pki";
import { startCaptured } from "../support/captured-program";
import { CLI, STACK } from "../support/cli";
import { daysFromNow, onLocal } from "../pki/pki-project";
import { cli, inEmptyFolder } from "./in-process";

const ONE = "name: demo\nmembers: 1\n";
const ON_BOTH = `${ONE}aws: { region: eu-central-1, dns: { domain: etcd.internal } }\n`;

beforeEach(() => {
  inEmptyFolder();
  for (const name of ["CLUSTER", "TARGET"]) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

function define(text: string): void {
  writeFileSync("cluster.yaml", text);
}

const day = (days: number): string => daysFromNow(days).toISOString().slice(0, 10);
const [CA_END, END] = [day(3650), day(365)];
const until = (line: string): string => `${line}, until ${line.includes("-ca.") ? CA_END : END}`;

const ALL = [
  "pki/demo/client-ca.crt",
  "pki/demo/peer-ca.crt",
  "pki/demo/members/etcd-0/server.crt",
  "pki/demo/members/etcd-0/peer.crt",
  "pki/demo/clients/operator.crt",
];

describe("pki init", () => {
  test("says each file that it made, and what to keep safe; then that it kept them", async () => {
    define(ONE);
    expect(await cli("pki", "init")).toEqual({
      code: EXIT.ok,
      stdout: [
        ...ALL.map((file) => until(`made     ${file}`)),
        "Whoever has pki/demo/client-ca.key and pki/demo/peer-ca.key can sign for this cluster: keep a copy in a safe place. Only making certificates needs them.",
        "",
      ].join("\n"),
      stderr: "",
    });
    expect(await cli("pki", "init")).toEqual({
      code: EXIT.ok,
      stdout: ALL.map((file) => `${until(`kept     ${file}`)}\n`).join(""),
      stderr: "",
    });
  });

  test("makes certificates for both targets, whichever is asked for", async () => {
    define(ON_BOTH);
    for (const target of ["aws", "local", undefined]) {
      vi.stubEnv("TARGET", target);
      expect((await cli("pki", "init")).code).toBe(EXIT.ok);
      rmSync("pki/demo/clients/operator.crt");
      const { stdout } = await cli("pki", "init");
      expect(stdout.match(/^reissued .*$/gm)).toEqual([
        until("reissued pki/demo/clients/operator.crt") + ": is missing",
      ]);
    }
    const { stdout } = await cli("pki", "list", "--output", "json");
    const { certificates } = JSON.parse(stdout) as { certificates: { names: string[] }[] };
    expect(certificates[2]?.names.toSorted()).toEqual([
      "10.40.0.10",
      "127.0.0.1",
      "etcd-0",
      "etcd-0.etcd.internal",
      "etcd.internal",
      "localhost",
    ]);
  });

  test("says why it reissued one after an address was added to the definition", async () => {
    define(ONE);
    await cli("pki", "init");
    define(ON_BOTH);
    const { stdout } = await cli("pki", "init");
    const why = ": is not valid for 10.40.0.10, etcd-0.etcd.internal, etcd.internal";
    expect(stdout.match(/^reissued .*$/gm)).toEqual([
      until("reissued pki/demo/members/etcd-0/server.crt") + why,
      until("reissued pki/demo/members/etcd-0/peer.crt") + why,
    ]);
  });

  test("makes them for one target, and says so, while the other has mistakes", async () => {
    // Of a release that is not pinned here, only AWS needs the checksum.
    define(`${ONE}aws: { region: eu-central-1 }\netcd: { release: "3.6.999" }\n`);
    const { code, stderr } = await cli("pki", "init");
    expect(code, stderr).toBe(EXIT.ok);
    expect(stderr).toBe(
      "cluster.yaml cannot be deployed to aws as it is; the certificates are for local only\n",
    );
  });

  test("refuses a definition with mistakes and makes nothing", async () => {
    define("name: demo\nmembers: 4\n");
    const { code, stdout, stderr } = await cli("pki", "init");
    expect(code).toBe(EXIT.usage);
    expect(stdout).toBe("");
    expect(stderr).toContain("1 mistake in the definition; nothing was done");
    expect(existsSync("pki")).toBe(false);
  });

  test("refuses half a CA with what to do", async () => {
    define(ONE);
    await cli("pki", "init");
    renameSync("pki/demo/client-ca.crt", "client-ca.crt");
    expect(await cli("pki", "init")).toEqual({
      code: EXIT.external,
      stdout: "",
      stderr:
        "error: pki/demo/client-ca.crt is missing\n" +
        "  put it back beside pki/demo/client-ca.key, the members have copies; or, if nothing uses that key yet, remove it and run cdktf-etcd pki init\n",
    });
  });
});

test.each(["init", "issue etcd-0", "list", "renew"])(
  "pki %s says why there is nothing to do for plain HTTP and for files of one's own",
  async (command) => {
    const words = ["pki", ...command.split(" ")];
    define(`${ONE}tls: false\n`);
    expect(await cli(...words)).toEqual({
      code: EXIT.usage,
      stdout: "",
      stderr:
        "error: demo speaks plain HTTP (tls: false in its definition) and has no certificates\n  remove tls: false to get mutual TLS\n",
    });
    const files = "{ caFile: /srv/ca.crt, certFile: /srv/a.crt, keyFile: /srv/a.key }";
    define(`${ONE}tls: { client: ${files}, peer: ${files}, operator: ${files} }\n`);
    const { code, stderr } = await cli(...words);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(
      /^error: the definition of demo names its own certificate files; .*\n {2}to have them made/,
    );
    expect(existsSync("pki")).toBe(false);
  },
);

describe("pki issue", () => {
  test("makes certificates of applications, of members where they do not fit", async () => {
    define(ONE);
    await cli("pki", "init");
    rmSync("pki/demo/members/etcd-0/peer.key");
    const issued = await cli("pki", "issue", "etcd-0", "--client", "my-app", "--client", "backup");
    expect(issued).toEqual({
      code: EXIT.ok,
      stdout: [
        until("kept     pki/demo/members/etcd-0/server.crt"),
        until("reissued pki/demo/members/etcd-0/peer.crt") + ": pki/demo/members/etcd-0/peer.key is missing",
        until("made     pki/demo/clients/my-app.crt"),
        until("made     pki/demo/clients/backup.crt"),
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  test.each<[string[], string]>([
    [[], "there is nothing to issue: name members, or applications with --client NAME"],
    [["etcd-9"], "no member etcd-9 in the definition; there are etcd-0"],
    [["--client", "../../x"], 'the name of a client must be letters, digits, ".", "_" and "-"'],
  ])("refuses %j", async (args, words) => {
    define(ONE);
    await cli("pki", "init");
    const { code, stdout, stderr } = await cli("pki", "issue", ...args);
    expect(code).toBe(EXIT.usage);
    expect(stdout).toBe("");
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(STACK);
  });

  test("says what is needed first where there is nothing yet", async () => {
    define(ONE);
    expect(await cli("pki", "issue", "--client", "my-app")).toEqual({
      code: EXIT.external,
      stdout: "",
      stderr: "error: there are no certificates for demo yet\n  make them with cdktf-etcd pki init\n",
    });
  });
});

describe("pki list", () => {
  test("prints a table", async () => {
    define(ON_BOTH);
    await cli("pki", "init");
    await cli("pki", "issue", "--client", "my-app");
    rmSync("pki/demo/peer-ca.key");
    chmodSync("pki/demo/clients/my-app.key", 0o644);
    rmSync("pki/demo/members/etcd-0/peer.crt");
    const { code, stdout, stderr } = await cli("pki", "list");
    expect(code).toBe(EXIT.ok);
    expect(stderr).toBe("");
    expect(stdout.replaceAll(CA_END, "(in 10 y.)").replaceAll(END, "(in 1 y.) ")).toMatchSnapshot();
  });

  test("prints JSON", async () => {
    define(ONE);
    await cli("pki", "init");
    rmSync("pki/demo/client-ca.key");
    rmSync("pki/demo/clients/operator.crt");
    rmSync("pki/demo/clients/operator.key");
    const { code, stdout } = await cli("pki", "list", "--output", "json");
    expect(code).toBe(EXIT.ok);
    const printed = JSON.parse(stdout) as { certificates: { serialNumber: string | null }[] };
    const facts = printed.certificates.map((one) => ({
      ...one,
      serialNumber: one.serialNumber?.replace(/^[0-9A-F]{32}$/, "(32 hexadecimal digits)") ?? null,
    }));
    const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z/g;
    expect(
      JSON.stringify({ ...printed, certificates: facts }, null, 2).replace(time, "(ISO 8601)"),
    ).toMatchSnapshot();
  });

  test("prints what should be there where nothing is", async () => {
    define(ONE);
    const { code, stdout } = await cli("pki", "list");
    expect(code).toBe(EXIT.ok);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .slice(1)
        .every((line) => line.includes("is missing")),
    ).toBe(true);
    expect(existsSync("pki")).toBe(false);
  });

  test("refuses another format", async () => {
    define(ONE);
    const { code, stderr } = await cli("pki", "list", "--output", "yaml");
    expect(code).toBe(EXIT.usage);
    expect(stderr).toBe('error: --output must be table or json, got "yaml"\n');
  });
});

describe("pki renew", () => {
  test("says that nothing ends soon", async () => {
    define(ONE);
    await cli("pki", "init");
    const { code, stdout } = await cli("pki", "renew");
    expect(code).toBe(EXIT.ok);
    expect(stdout).toBe("nothing to renew: no certificate ends within 30d\n");
  });

  test("replaces what ends soon, and until then every command warns on stderr", async () => {
    define(ONE);
    await ensurePki(onLocal({ members: 1 }), { now: daysFromNow(20 - 365) });
    const soon = `ends in 19 days, on ${day(20)}\n  cdktf-etcd pki renew`;
    const warnings = [
      `warning: pki/demo/members/etcd-0/server.crt ${soon} etcd-0`,
      `warning: pki/demo/members/etcd-0/peer.crt ${soon} etcd-0`,
      `warning: pki/demo/clients/operator.crt ${soon} operator`,
      "",
    ].join("\n");
    for (const command of ["init", "list"])
      expect(await cli("pki", command)).toMatchObject({ code: EXIT.ok, stderr: warnings });

    const before = readFileSync("pki/demo/clients/operator.key", "utf8");
    expect(await cli("pki", "renew", "--within", "10d")).toMatchObject({
      stdout: "nothing to renew: no certificate ends within 10d\n",
      stderr: warnings,
    });
    expect(await cli("pki", "renew")).toEqual({
      code: EXIT.ok,
      stdout: ALL.slice(2)
        .map((file) => `${until(`reissued ${file}`)}\n`)
        .join(""),
      stderr: "",
    });
    expect(readFileSync("pki/demo/clients/operator.key", "utf8")).not.toBe(before);
  });

  test("warns of a CA near its end and never replaces it", async () => {
    define(ONE);
    await ensurePki(onLocal({ members: 1 }), { now: daysFromNow(90 - 3650) });
    const before = readFileSync("pki/demo/client-ca.crt", "utf8");
    const { code, stdout, stderr } = await cli("pki", "renew", "--all");
    expect(code).toBe(EXIT.ok);
    expect(stdout.match(/^reissued /gm)).toHaveLength(3);
    expect(stdout).toContain(`reissued pki/demo/clients/operator.crt, until ${day(90)}`);
    expect(stderr).toMatch(
      /^warning: pki\/demo\/client-ca\.crt ends in 89 days, on \S+\n {2}what it signs ends with it\./,
    );
    expect(readFileSync("pki/demo/client-ca.crt", "utf8")).toBe(before);
  });

  test.each<[string[], string]>([
    [["--all", "etcd-0"], "--all and names exclude each other, got --all and etcd-0"],
    [["nobody"], "no certificate of nobody; there are those of etcd-0, operator"],
    [["--within", "soon"], '--within must be a duration like "30d" or "12h", got "soon"'],
    [["--within", "-1d"], '--within must be a duration like "30d" or "12h", got "-1d"'],
    [["--within", "30"], '--within must be a duration like "30d" or "12h", got "30"'],
  ])("refuses %j", async (args, words) => {
    define(ONE);
    await cli("pki", "init");
    const { code, stderr } = await cli("pki", "renew", ...args);
    expect(code, stderr).toBe(EXIT.usage);
    expect(stderr).toContain(words);
  });
});

describe("the help", () => {
  test.each(["pki", "pki init", "pki issue", "pki list", "pki renew"])("of %s", async (words) => {
    const { code, stdout } = await cli(...words.split(" "), "--help");
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatchSnapshot();
  });

  test("is shown for pki alone, which is no command", async () => {
    const { code, stdout, stderr } = await cli("pki");
    expect(code).toBe(EXIT.usage);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: cdktf-etcd pki");
  });
});

test("only making certificates loads the package that makes them", async () => {
  define(ONE);
  writeFileSync(
    "spy.cjs",
    `const Module = require("node:module");
     const load = Module._load;
     Module._load = (name, ...rest) => {
       if (name === "@peculiar/x509") require("node:fs").appendFileSync("loaded", "x");
       return load(name, ...rest);
     };`,
  );
  const loads = async (...words: string[]): Promise<boolean> => {
    rmSync("loaded", { force: true });
    const { code, output } = await startCaptured([process.execPath, ...CLI, "pki", ...words], {
      cwd: process.cwd(),
      env: { ...process.env, NODE_OPTIONS: `--require ${resolve("spy.cjs")}` },
    }).result;
    expect(code, output).toBe(EXIT.ok);
    return existsSync("loaded");
  };
  expect(await loads("init")).toBe(true);
  expect(await loads("init")).toBe(false);
  expect(await loads("list")).toBe(false);
  expect(await loads("renew")).toBe(false);
});
