/** Definitions with mistakes, through the commands that read them: what the user sees, and that nothing is done. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { CliProject, STACK } from "../support/cli";
import { cli, inEmptyFolder, namesHere } from "./in-process";

beforeEach(() => {
  for (const name of ["CLUSTER", "TARGET", "CDKTF_ETCD_OUTPUTS"]) vi.stubEnv(name, undefined);
  return () => vi.unstubAllEnvs();
});

interface WrongDefinition {
  readonly title: string;
  readonly text: string | Buffer;
  /** Beginnings of the lines that name the mistakes, or the error. */
  readonly said: readonly string[];
}

/** Values in these places are rubbish of every kind; each line is one mistake. */
const MANY = `name: Demo Cluster
target: azure
members: 4
etcd:
  release: 3.6
  settings:
    heartbeatIntervalMs: 100
    electionTimeoutMs: 300
    hartbeatInterval: 5
local:
  clientPort: 70000
`;

const AWS = "aws:\n  region: eu-central-1\n";
const lines = (...text: string[]): string => `${text.join("\n")}\n`;

const WRONG: readonly WrongDefinition[] = [
  { title: "an empty file", text: "", said: ["cluster.yaml:1:1: the file is empty"] },
  { title: "blank lines", text: "\n  \n\n", said: ["cluster.yaml:1:1: the file is empty"] },
  { title: "only comments", text: "# name: demo\n# members: 3\n", said: ["cluster.yaml:1"] },
  { title: "a list", text: "- name: demo\n", said: ["cluster.yaml:1"] },
  { title: "plain text", text: "demo\n", said: ["cluster.yaml:1"] },
  {
    title: "1 MB of garbage",
    text: "k9#}{ \n".repeat(150_000),
    said: ["cluster.yaml:1:1: the file has 1050000 characters"],
  },
  {
    title: "200 kB of garbage",
    text: "k9#}{: [\n".repeat(22_000),
    said: ["cluster.yaml:2:1: not valid YAML"],
  },
  {
    title: "a binary",
    text: Buffer.from("7f454c46020101000000000000000000c0ffee80fe", "hex"),
    said: ["error: cannot read the cluster definition cluster.yaml: it is not UTF-8 text"],
  },
  {
    title: "Latin-1 text",
    text: Buffer.from("name: d\xe9mo\n", "latin1"),
    said: ["error: cannot read the cluster definition cluster.yaml: it is not UTF-8 text"],
  },
  { title: "zero bytes", text: Buffer.alloc(64), said: ["cluster.yaml:1"] },
  { title: "broken YAML", text: "name: demo\nmembers: [a, b\n", said: ["cluster.yaml:"] },
  { title: "a key twice", text: "name: demo\nname: other\n", said: ["cluster.yaml:2:1"] },
  { title: "tabs", text: "name: demo\nlocal:\n\tclientPort: 1\n", said: ["cluster.yaml:3:1"] },
  {
    title: "a billion laughs",
    text: lines(
      "a: &a [x,x,x,x,x,x,x,x,x]",
      "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]",
      "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]",
      "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]",
      "name: *d",
    ),
    said: ["cluster.yaml"],
  },
  { title: "no name", text: "members: 3\n", said: ["cluster.yaml:1:1 name: "] },
  { title: "an empty name", text: 'name: ""\n', said: ["cluster.yaml:1:7 name: "] },
  { title: "a name with capitals", text: "name: Demo\n", said: ["cluster.yaml:1:7 name: "] },
  { title: "a number for a name", text: "name: 5\n", said: ["cluster.yaml:1:7 name: "] },
  {
    title: "an unknown key",
    text: "name: demo\nmember: 3\n",
    said: ['cluster.yaml:2:1 member: unknown key "member"', '    did you mean "members"?'],
  },
  {
    title: "an unknown target",
    text: "name: demo\ntarget: gcp\n",
    said: ['cluster.yaml:2:9 target: must be "aws" or "local", got "gcp"'],
  },
  { title: "an even count", text: "name: demo\nmembers: 4\n", said: ["cluster.yaml:2:10 members: "] },
  { title: "no members", text: "name: demo\nmembers: 0\n", said: ["cluster.yaml:2:10 members: "] },
  { title: "too many members", text: "name: demo\nmembers: 9\n", said: ["cluster.yaml:2:10 members: "] },
  {
    title: "one and a half members",
    text: "name: demo\nmembers: 1.5\n",
    said: ["cluster.yaml:2:10 members"],
  },
  { title: "members as text", text: "name: demo\nmembers: three\n", said: ["cluster.yaml:2:10 members: "] },
  {
    title: "names twice",
    text: lines("name: demo", "members:", "  - name: a", "  - name: b", "  - name: a"),
    said: ["cluster.yaml:5:11 members[2].name: "],
  },
  {
    title: "addresses twice",
    text:
      lines(
        "name: demo",
        "members:",
        "  - { name: a, address: 10.40.0.20 }",
        "  - { name: b, address: 10.40.1.20 }",
        "  - { name: c, address: 10.40.0.20 }",
      ) + AWS,
    said: ["cluster.yaml:5:25 members[2].address: "],
  },
  {
    title: "an IPv6 address",
    text: lines("name: demo", "members:", '  - { name: a, address: "fd00::1" }') + AWS,
    said: ["cluster.yaml:3:25 members[0].address: "],
  },
  {
    title: "a reserved address",
    text: lines("name: demo", "members:", "  - { name: a, address: 10.40.0.2 }") + AWS,
    said: ["cluster.yaml:3:25 members[0].address: "],
  },
  {
    title: "an address outside its subnet",
    text: lines("name: demo", "members:", "  - { name: a, address: 192.168.0.9 }") + AWS,
    said: ["cluster.yaml:3:25 members[0].address: "],
  },
  {
    title: "a bad CIDR",
    text: `name: demo\n${AWS}  network:\n    cidr: 10.40.0.0/99\n`,
    said: ["cluster.yaml:5:11 aws.network.cidr: "],
  },
  {
    title: "a client access for everyone",
    text: `name: demo\n${AWS}  clientAccess:\n    cidrs: [0.0.0.0/0]\n`,
    said: ["cluster.yaml:5:13 aws.clientAccess.cidrs[0]: "],
  },
  {
    title: "an unknown instance type",
    text: `name: demo\n${AWS}  instanceType: zz9.plural\n`,
    said: ["cluster.yaml:4:17 aws.instanceType: "],
  },
  {
    title: "a data volume without a unit",
    text: `name: demo\n${AWS}  dataVolume:\n    size: 20 parsec\n`,
    said: ["cluster.yaml:5:11 aws.dataVolume.size: "],
  },
  {
    title: "a quota above the memory",
    text: lines("name: demo", "etcd:", "  settings:", "    quotaBackendBytes: 64GiB") + AWS,
    said: ["cluster.yaml:4:24 etcd.settings.quotaBackendBytes: "],
  },
  {
    title: "an unsupported release",
    text: 'name: demo\netcd:\n  release: "2.3.8"\n',
    said: ["cluster.yaml:3:12 etcd.release: "],
  },
  {
    title: "a release without its sha256",
    text: `name: demo\ntarget: aws\netcd:\n  release: "3.6.999"\n${AWS}`,
    said: ["cluster.yaml:4:12 etcd.release: "],
  },
  {
    title: "a sum that is none",
    text: 'name: demo\netcd:\n  sha256: { amd64: "abc" }\n',
    said: ["cluster.yaml:3:20 etcd.sha256.amd64: "],
  },
  {
    title: "a setting that the release does not know",
    text: lines(
      "name: demo",
      "etcd:",
      '  release: "3.4.34"',
      "  settings:",
      "    autoCompactionRetention: 1h",
      "    watchProgressNotifyInterval: 1m",
    ),
    said: ["cluster.yaml:6:5 etcd.settings.watchProgressNotifyInterval: "],
  },
  {
    title: "an election timeout below five heartbeats",
    text: lines(
      "name: demo",
      "etcd:",
      "  settings:",
      "    heartbeatIntervalMs: 500",
      "    electionTimeoutMs: 1000",
    ),
    said: ["cluster.yaml:5:24 etcd.settings.electionTimeoutMs: "],
  },
  {
    title: "a duration without a unit",
    text: lines(
      "name: demo",
      "etcd:",
      "  settings:",
      "    autoCompactionMode: periodic",
      "    autoCompactionRetention: soon",
    ),
    said: ["cluster.yaml:5:30 etcd.settings.autoCompactionRetention: "],
  },
  {
    title: "a public address for local members",
    text: "name: demo\nlocal:\n  address: 8.8.8.8\n",
    said: ["cluster.yaml:3:12 local.address: "],
  },
  {
    title: "colliding ports",
    text: "name: demo\ntarget: local\nlocal:\n  clientPort: 3000\n  peerPort: 3010\n",
    said: ["cluster.yaml:"],
  },
  {
    title: "half of TLS",
    text: "name: demo\ntls:\n  client: { caFile: /ca.crt }\n",
    said: ["cluster.yaml:"],
  },
  {
    title: "many mistakes at once",
    text: MANY,
    said: [
      "cluster.yaml:1:7 name: ",
      "cluster.yaml:2:9 target: ",
      "cluster.yaml:3:10 members: ",
      "cluster.yaml:5:12 etcd.release: ",
      "cluster.yaml:8:24 etcd.settings.electionTimeoutMs: ",
      "cluster.yaml:9:5 etcd.settings.hartbeatInterval: ",
      '    did you mean "heartbeatIntervalMs"?',
      "cluster.yaml:11:15 local.clientPort: ",
    ],
  },
];

test.each(WRONG)("refuses $title in up, render and verify, and does nothing", async ({ text, said }) => {
  inEmptyFolder();
  writeFileSync("cluster.yaml", text);
  for (const argv of [["up"], ["render", "etcd-0"], ["verify"]]) {
    const { code, stdout, stderr } = await cli(...argv);
    expect(code, stderr).toBe(EXIT.usage);
    expect(stdout).toBe("");
    for (const beginning of said) expect(`\n${stderr}`).toContain(`\n${beginning}`);
    expect(stderr).not.toMatch(STACK);
    expect(stderr.length).toBeLessThan(8_000);
    expect(namesHere()).toEqual(["cluster.yaml"]);
  }
});

test.each<[string, () => void, string]>([
  ["no file", () => undefined, "there is no such file"],
  ["a folder", () => mkdirSync("cluster.yaml"), "it is a folder"],
  ["a link to nowhere", () => symlinkSync("nowhere", "cluster.yaml"), "there is no such file"],
  ["a link to itself", () => symlinkSync("cluster.yaml", "cluster.yaml"), "ELOOP"],
])("refuses %s in place of a definition", async (_, make, reason) => {
  inEmptyFolder();
  make();
  const before = namesHere();
  for (const argv of [["up"], ["down"], ["render", "etcd-0"], ["verify"], ["status"]]) {
    const { code, stderr } = await cli(...argv);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain(`error: cannot read the cluster definition cluster.yaml: ${reason}`);
    expect(stderr).not.toMatch(STACK);
    expect(namesHere()).toEqual(before);
  }
});

test("refuses a definition that this user may not read", { timeout: 30_000 }, async () => {
  const project = await CliProject.create();
  // Root may read everything, unless the capability to do so is dropped, as setpriv(1) does.
  const user = process.getuid?.() === 0 ? "setpriv --bounding-set=-all --inh-caps=-all" : "";
  const refused = await project.shell(`chmod 0 cluster.yaml && exec ${user} $CLI up`);
  expect(refused.code, refused.output).toBe(EXIT.usage);
  expect(refused.stderr).toContain("cannot read the cluster definition cluster.yaml: permission denied");
  expect(project.created()).toEqual([]);
});

test("as processes of their own the commands behave the same", { timeout: 60_000 }, async () => {
  const project = await CliProject.create();
  await project.write("cluster.yaml", MANY);
  for (const argv of [["up"], ["render", "etcd-0"], ["verify"]]) {
    const { code, stdout, stderr } = await project.run(argv);
    expect(code, stderr).toBe(EXIT.usage);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/\n\d+ mistakes in the definition; nothing was done\n$/);
    expect(stderr).not.toMatch(STACK);
    expect(project.created()).toEqual([]);
  }
});
