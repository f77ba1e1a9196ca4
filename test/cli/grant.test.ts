import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { EndpointProblem, Members, prefixRange, type Member, type WatchReply } from "../../lib/client";
import { STACK } from "../support/cli";
import type { CertificateFiles } from "../support/certificates";
import { defaultEtcd, etcdBinaries } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { cli, type InProcessResult } from "./in-process";

// As bin/ does: that a server name is an address is nothing to tell an operator.
process.noDeprecation = true;

const APP = "/micro/user-srv/";
// What is said is what matters here, not how soon on a machine that others use too.
const PATIENT = ["--call-timeout", "20s"];

beforeEach(() => {
  for (const name of ["CLUSTER", "TARGET", "ETCDCTL_ENDPOINTS", "ETCDCTL_USER", "ETCDCTL_PASSWORD"])
    vi.stubEnv(name, undefined);
});

/** What the printed remedy says to do. */
const remedyLines = (stderr: string): string[][] =>
  [...stderr.matchAll(/^ +cdktf-etcd etcdctl (.+)$/gm)].map(([, line = ""]) => line.split(" "));

const withoutPrefix = (words: string): string => words.replace(/^ +/gm, "");

describe.each([
  ["the oldest release", 0, 1],
  ["Debian stable's release", 1, 3],
  ["the newest release", 2, 1],
])("with certificates, on %s", (_title, index, size) => {
  let cluster: RawCluster;
  const opened: Members[] = [];

  const asOperator = (...args: string[]): Promise<InProcessResult> => {
    const { clientAuthority, operator } = cluster.secrets!;
    const tls = ["--cacert", clientAuthority.caFile, "--cert", operator.certFile, "--key", operator.keyFile];
    return cli("grant", ...args, "--endpoints", cluster.endpoints.join(","), ...tls, ...PATIENT);
  };
  const memberAs = async (name: string): Promise<Member> => {
    const { clientAuthority } = cluster.secrets!;
    const { certFile, keyFile }: CertificateFiles = await clientAuthority.issue(name);
    const [ca, cert, key] = [clientAuthority.caFile, certFile, keyFile].map((file) => readFileSync(file));
    const members = Members.open({
      endpoints: cluster.endpoints,
      tls: { ca, cert, key },
      callTimeoutMs: 20_000,
    });
    opened.push(members);
    return members.ranked()[0]!;
  };

  beforeAll(async () => {
    cluster = await RawCluster.start({ binaries: (await etcdBinaries())[index]!, tls: {}, size });
  });
  afterAll(async () => {
    for (const members of opened) members.close();
    await cluster?.stop();
  });

  test("says step by step what it does, what the user may do then, and how to enable authentication", async () => {
    expect(await asOperator("my-app", "--prefix", APP, "--read", "--write")).toEqual({
      code: EXIT.ok,
      stdout: `made     role my-app
granted  read and write on /micro/user-srv/* to role my-app
made     user my-app, without a password: the certificate of this name logs in
granted  role my-app to user my-app

USER    ROLE    MAY             KEYS
my-app  my-app  read and write  /micro/user-srv/*
`,
      stderr: `warning: authentication is not enabled: whoever reaches a member may read and write all keys
  Enable it, with all rights for yourself:
    cdktf-etcd etcdctl user add root --no-password
    cdktf-etcd etcdctl user grant-role root root
    cdktf-etcd etcdctl user add operator --no-password
    cdktf-etcd etcdctl user grant-role operator root
    cdktf-etcd etcdctl auth enable
`,
    });
  });

  test("changes nothing a second time", async () => {
    const before = await cluster.etcdctl(["user", "get", "my-app", "--detail"]);
    const { stdout } = await asOperator("my-app", "--prefix", APP, "--read", "--write");
    expect(stdout.split("\n\n")[0]).toBe(`kept     role my-app
kept     read and write on /micro/user-srv/* to role my-app
kept     user my-app
kept     role my-app to user my-app`);
    expect(await cluster.etcdctl(["user", "get", "my-app", "--detail"])).toBe(before);
  });

  test("enables authentication by the lines that it prints", async () => {
    const { stderr } = await asOperator("dashboard", "--prefix", "/micro/", "--read");
    const lines = remedyLines(stderr);
    expect(lines).toHaveLength(5);
    for (const line of lines) await cluster.etcdctl(line);
    expect(await asOperator("dashboard")).toEqual({
      code: EXIT.ok,
      stdout: "USER       ROLE       MAY   KEYS\ndashboard  dashboard  read  /micro/*\n",
      stderr: "",
    });
  });

  test("lets the application do below its prefix all that a registration needs", async () => {
    const app = await memberAs("my-app");
    const key = Buffer.from(`${APP}loginService/1`);
    const { ID } = await app.call((etcd, options) => etcd.leaseClient.leaseGrant({ TTL: 60 }, options));
    await app.call((etcd, options) => etcd.kv.put({ key, value: Buffer.from("1"), lease: ID }, options));
    const { kvs } = await app.call((etcd, options) => etcd.kv.range(prefixRange(APP), options));
    expect(kvs.map(({ value }) => value.toString())).toEqual(["1"]);
    const guarded = { compare: [{ key, target: "Lease" as const, lease: ID }] };
    await app.call((etcd, options) =>
      etcd.kv.txn({ ...guarded, success: [{ request_put: { key, value: key, lease: ID } }] }, options),
    );
    expect(await app.keepAlive(ID)).toMatchObject({ ttlSeconds: 60 });
    await app.call((etcd, options) => etcd.leaseClient.leaseTimeToLive({ ID, keys: true }, options));
    await app.call((etcd, options) => etcd.leaseClient.leaseRevoke({ ID }, options));
    const after = await app.call((etcd, options) => etcd.kv.range(prefixRange(APP), options));
    expect(after.kvs).toEqual([]);
  });

  test.each(["/micro/user-srv2/a", "/micro/", "/elsewhere"])("keeps it from %s", async (place) => {
    const app = await memberAs("my-app");
    const key = Buffer.from(place);
    const denied = { kind: "permission-denied" };
    await expect(app.call((etcd, options) => etcd.kv.put({ key }, options))).rejects.toMatchObject(denied);
    await expect(app.call((etcd, options) => etcd.kv.range({ key }, options))).rejects.toMatchObject(denied);
    await expect(
      app.call((etcd, options) => etcd.kv.range(prefixRange("/micro/"), options)),
    ).rejects.toMatchObject(denied);
  });

  test("lets who may only read watch and not write", async () => {
    const [dashboard, app] = [await memberAs("dashboard"), await memberAs("my-app")];
    const replies: WatchReply[] = [];
    const watch = await dashboard.watch({ reply: (reply) => replies.push(reply), ended: () => undefined });
    watch.create({ ...prefixRange(APP), watchId: 1 });
    await expect.poll(() => replies[0]?.isCreated, { timeout: 20_000 }).toBe(true);
    const key = Buffer.from(`${APP}seen`);
    await app.call((etcd, options) => etcd.kv.put({ key, value: key }, options));
    await expect.poll(() => replies.flatMap(({ events }) => events), { timeout: 20_000 }).toHaveLength(1);
    watch.close();
    await expect(
      dashboard.call((etcd, options) => etcd.kv.put({ key, value: key }, options)),
    ).rejects.toMatchObject({ kind: "permission-denied" });
  });

  test("is of no use for the HTTP gateway", async () => {
    const { clientAuthority } = cluster.secrets!;
    const { certFile, keyFile } = await clientAuthority.issue("my-app");
    const key = Buffer.from(APP).toString("base64");
    const { stdout } = await promisify(execFile)("curl", [
      ...["--silent", "--cacert", clientAuthority.caFile, "--cert", certFile, "--key", keyFile],
      ...["--data", JSON.stringify({ key }), `${cluster.endpoints[0]!}/v3/kv/range`],
    ]);
    expect(stdout).toContain("CommonName of client sending a request against gateway will be ignored");
  });

  if (size > 1)
    test("asks the others while a member is frozen", async () => {
      const [frozen] = cluster.members;
      frozen!.freeze();
      try {
        // Without the leader the others elect one first.
        await vi.waitFor(
          async () =>
            expect((await asOperator("dashboard", "--prefix", "/micro/", "--read")).code).toBe(EXIT.ok),
          { timeout: 60_000 },
        );
      } finally {
        frozen!.thaw();
      }
      await frozen!.ready();
    });

  test("is for who has the role root alone", async () => {
    const { clientAuthority } = cluster.secrets!;
    const { certFile, keyFile } = await clientAuthority.issue("my-app");
    const tls = ["--cacert", clientAuthority.caFile, "--cert", certFile, "--key", keyFile];
    const { code, stdout, stderr } = await cli(
      ...["grant", "my-app", "--all-keys", "--write", "--endpoints", cluster.endpoints.join(",")],
      ...[...tls, ...PATIENT],
    );
    expect({ code, stdout }).toEqual({ code: EXIT.external, stdout: "" });
    expect(stderr).toMatch(/^error: the user may not do this/);
  });

  test("takes back what is named, and nothing else", async () => {
    await asOperator("my-app", "--prefix", "/b", "--prefix", "/b/", "--read", "--write");
    // As other tools leave it: on the same first key.
    await cluster.etcdctl(["role", "grant-permission", "my-app", "readwrite", "/b"]);
    const part = await asOperator("my-app", "--prefix", "/b", "--write", "--revoke");
    expect(part.stdout).toBe(`revoked  write on /b* from role my-app

USER    ROLE    MAY             KEYS
my-app  my-app  read and write  the key /b
my-app  my-app  read            /b*
my-app  my-app  read and write  /b/*
my-app  my-app  read and write  /micro/user-srv/*
`);
    await cluster.etcdctl(["role", "revoke-permission", "my-app", "/b"]);
    await asOperator("my-app", "--prefix", "/b", "--prefix", "/b/", "--revoke");
    const rest = await asOperator("my-app", "--prefix", APP, "--revoke");
    expect(rest.stdout).toBe(`revoked  read and write on /micro/user-srv/* from role my-app

USER    ROLE    MAY      KEYS
my-app  my-app  nothing
`);
    const again = await asOperator("my-app", "--prefix", APP, "--revoke");
    expect(again.stdout.split("\n")[0]).toBe(
      "kept     role my-app: it has no read and write on exactly /micro/user-srv/*",
    );
    const app = await memberAs("my-app");
    const problem = await app
      .call((etcd, options) => etcd.kv.put({ key: Buffer.from(`${APP}x`) }, options))
      .catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(EndpointProblem);
    expect(problem).toMatchObject({ kind: "permission-denied" });
  });

  test("takes nothing back from who is not there", async () => {
    const { code, stdout, stderr } = await asOperator("my-ap", "--prefix", APP, "--revoke");
    expect({ code, stdout }).toEqual({ code: EXIT.external, stdout: "" });
    expect(stderr).toMatch(/^error: there is no user my-ap, and no role of that name\n/);
  });

  test("shows everybody to people and to programs", async () => {
    expect((await asOperator()).stdout).toBe(`USER       ROLE       MAY         KEYS
dashboard  dashboard  read        /micro/*
my-app     my-app     nothing
operator   root       everything  all keys
root       root       everything  all keys
`);
    const { stdout } = await asOperator("dashboard", "--prefix", "/é", "--write", "--output", "json");
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      isAuthEnabled: true,
      changes: ["granted  write on /é* to role dashboard"],
      users: [
        {
          user: "dashboard",
          isRoot: false,
          permissions: [
            {
              role: "dashboard",
              access: "read",
              prefix: "/micro/",
              key: Buffer.from("/micro/").toString("base64"),
              rangeEnd: Buffer.from("/micro0").toString("base64"),
            },
            {
              role: "dashboard",
              access: "write",
              prefix: "/é",
              key: Buffer.from("/é").toString("base64"),
              rangeEnd: Buffer.from([0x2f, 0xc3, 0xaa]).toString("base64"),
            },
          ],
        },
      ],
    });
    expect((await asOperator("somebody")).stderr).toMatch(
      /^error: there is no user somebody\n {2}Make it with/,
    );
  });
});

describe("in plain HTTP, with passwords", () => {
  let cluster: RawCluster;
  const folder = mkdtempSync(join(tmpdir(), "cdktf-etcd-grant-"));
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, "it's: secret \nand more\n");
  const grant = (...args: string[]): Promise<InProcessResult> =>
    cli("grant", ...args, "--endpoints", cluster.endpoints.join(","), ...PATIENT);

  beforeAll(async () => {
    cluster = await RawCluster.start({ binaries: await defaultEtcd(), size: 1 });
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("refuses a user who could not log in, and makes nothing", async () => {
    const { code, stderr } = await grant("my-app", "--prefix", "/a/", "--read");
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("without a password nobody can log in as my-app");
    expect(await cluster.etcdctl(["role", "list"])).toBe("");
  });

  test("makes one with a password that logs in, and says that it is not used a second time", async () => {
    const made = await grant("my-app", "--prefix", "/a/", "--write", "--password-file", passwordFile);
    expect(made.code, made.stderr).toBe(EXIT.ok);
    expect(made.stdout).toContain("made     user my-app, with the password given");
    expect(made.stderr).not.toContain("secret");
    expect(remedyLines(made.stderr)).toEqual([
      ["user", "add", "root"],
      ["user", "grant-role", "root", "root"],
      ["auth", "enable"],
    ]);
    const again = await grant("my-app", "--prefix", "/a/", "--write", "--password-file", passwordFile);
    expect(again.stderr).toContain("the one given was not used");

    await cluster.etcdctl(["user", "add", "root:root's"]);
    await cluster.etcdctl(["user", "grant-role", "root", "root"]);
    await cluster.etcdctl(["auth", "enable"]);
    await cluster.etcdctl(["put", "/a/b", "c", "--user=my-app", "--password=it's: secret "]);
    await expect(
      cluster.etcdctl(["get", "/a/b", "--user=my-app", "--password=it's: secret "]),
    ).rejects.toThrow("permission denied");
  });

  test("works as a user with a password too, whose token every change ends", async () => {
    vi.stubEnv("ETCDCTL_PASSWORD", "root's");
    const { code, stdout, stderr } = await grant(
      ...["my-app", "--user", "root", "--prefix", "/a/", "--prefix", "/b", "--read", "--write"],
    );
    expect({ code, stderr: withoutPrefix(stderr) }).toEqual({
      code: EXIT.ok,
      stderr:
        "warning: /b is the beginning of /b/a as well as of /b2/a\nTo leave the latter out, write --prefix /b/\n",
    });
    expect(stdout).toBe(`kept     role my-app
granted  read and write on /a/* to role my-app
granted  read and write on /b* to role my-app
kept     user my-app
kept     role my-app to user my-app

USER    ROLE    MAY             KEYS
my-app  my-app  read and write  /a/*
my-app  my-app  read and write  /b*
`);
    const narrower = await grant("my-app", "--user", "root", "--prefix", "/a/", "--read", "--revoke");
    expect(narrower.stdout).toContain("my-app  my-app  write           /a/*");
  });

  test("says why nobody answers", async () => {
    const { code, stdout, stderr } = await cli("grant", "--endpoints", "http://127.0.0.1:1");
    expect({ code, stdout }).toEqual({ code: EXIT.external, stdout: "" });
    expect(stderr).toMatch(/^error: .*connection refused/);
    expect(stderr).not.toMatch(STACK);
  });
});

test.each<[string[], string[]]>([
  [["my-app", "--prefix", "/a"], ["--read or --write, or both, must be given"]],
  [["my-app", "--read"], ["--prefix says on which keys, and is missing"]],
  [["--prefix", "/a", "--read"], ["no user is named"]],
  [["my-app", "--prefix", "", "--read"], ["an empty --prefix is all keys there are"]],
  [["root", "--prefix", "/a", "--read"], ["root may do everything"]],
  [["", "--prefix", "/a", "--read"], ["the name of the user is empty"]],
  [
    ["my-app", "--prefix", "/a", "--all-keys"],
    ["exclude each other", "--read or --write"],
  ],
  [
    ["my-app", "--revoke", "--password-file", "x"],
    ["--prefix says", "not for --revoke"],
  ],
  [["my-app", "--prefix", "/a", "--read", "--password-file", "nowhere"], ["cannot read nowhere: ENOENT"]],
  [["my-app", "--prefix", "/a", "--read", "--password-file", "/dev/null"], ["no password in /dev/null"]],
  [
    ["my-app", "--read", "--output", "yaml"],
    ["--output must be table or json", "--prefix says"],
  ],
])("refuses %j with all its mistakes, before anybody is asked", async (args, words) => {
  const { code, stdout, stderr } = await cli("grant", ...args, "--endpoints", "http://127.0.0.1:1");
  expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: "" });
  for (const some of words) expect(stderr).toContain(some);
  expect(stderr).not.toMatch(STACK);
});
