/** `kv` and `lease` as their users run them, while members die. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { CLI, CliProject, type RunningCli } from "../../support/cli";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";

const TEST_MS = 90_000;
/** A process needs a second or two to start here, and an election as long. */
const SOON = { timeout: 30_000, interval: 50 };

let etcd: RawCluster;
let project: CliProject;
let ask: string[];
beforeAll(async () => {
  project = await CliProject.createKept();
  etcd = await RawCluster.start({ binaries: await defaultEtcd(), tls: {} });
  const { clientAuthority, operator } = etcd.secrets!;
  ask = [
    ...["--endpoints", etcd.endpoints.join(",")],
    ...["--cacert", clientAuthority.caFile, "--cert", operator.certFile, "--key", operator.keyFile],
  ];
});
afterAll(async () => {
  await etcd?.stop();
  await project?.dispose();
});

const start = (group: string, name: string, ...more: string[]): RunningCli =>
  project.start([group, name, ...ask, ...more]);
const run = (group: string, name: string, ...more: string[]) => project.run([group, name, ...ask, ...more]);
const isPrinted = (running: RunningCli, words: string | RegExp): Promise<void> =>
  vi.waitFor(() => expect(running.output()).toMatch(words), SOON);
const ctrlC = ({ child }: RunningCli): boolean => process.kill(-child.pid!, "SIGINT");

/** At members that live, once: a put that is tried again may be done twice. */
const putAt = async (members: readonly { readonly endpoint: string }[], key: string): Promise<void> => {
  const endpoints = `--endpoints=${members.map(({ endpoint }) => endpoint).join(",")}`;
  await vi.waitFor(() => etcd.etcdctl(["get", "leader?", endpoints]), SOON);
  await etcd.etcdctl(["put", key, "v", endpoints]);
};

describe("kv watch", { timeout: TEST_MS }, () => {
  test("tells every event once and in order, while each member is killed or frozen in turn", async () => {
    await putAt(etcd.members, "watch/before");
    const watching = start("kv", "watch", "watch/", "--prefix", "--rev", "1");
    await isPrinted(watching, "watch/before");
    for (const [index, member] of etcd.members.entries()) {
      if (index === 1) await member.kill();
      else member.freeze();
      const others = etcd.members.filter((each) => each !== member);
      await putAt(others, `watch/meanwhile-${index}`);
      await isPrinted(watching, `watch/meanwhile-${index}`);
      if (index === 1) member.start();
      else member.thaw();
      await member.ready();
    }
    await putAt(etcd.members, "watch/after");
    await isPrinted(watching, "watch/after");
    ctrlC(watching);
    const { code, stdout, stderr } = await watching.result;
    // An election on a busy machine may take longer than a call does.
    const election =
      /nobody can tell what happens: .*; trying on\nthe cluster answers again; nothing was missed\n/g;
    expect({ code, stderr: stderr.replaceAll(election, "") }).toEqual({ code: 0, stderr: "" });
    const names = ["before", "meanwhile-0", "meanwhile-1", "meanwhile-2", "after"];
    expect(stdout).toBe(names.map((name) => `PUT\nwatch/${name}\nv\n`).join(""));
  });

  test("says that nobody can tell what happens while there is no quorum, and misses nothing", async () => {
    const watching = start("kv", "watch", "quorum/", "--prefix");
    const [first, second] = etcd.members;
    await vi.waitFor(async () => {
      await etcd.etcdctl(["put", "quorum/ready", "v"]);
      expect(watching.output()).toContain("quorum/ready");
    }, SOON);
    for (const member of [first!, second!]) member.freeze();
    await isPrinted(watching, /nobody can tell what happens: .*; trying on\n/);
    for (const member of [first!, second!]) member.thaw();
    await isPrinted(watching, "the cluster answers again; nothing was missed\n");
    await etcd.etcdctl(["put", "quorum/after", "v"]);
    await isPrinted(watching, "quorum/after");
    ctrlC(watching);
    expect((await watching.result).code).toBe(0);
  });

  test("ends when nobody reads on", async () => {
    await etcd.etcdctl(["put", "pipe/1", "v"]);
    const words = ["kv", "watch", ...ask, "pipe/", "--prefix", "--rev", "1"].join(" ");
    const watching = project.startProgram(
      ["/bin/sh", "-c", `{ $CLI ${words}; echo "exit $?" >&2; } | head -1`],
      { env: { CLI: [process.execPath, ...CLI].join(" ") } },
    );
    await isPrinted(watching, "PUT\n");
    await etcd.etcdctl(["del", "pipe/1"]);
    expect(await watching.result).toMatchObject({ stdout: "PUT\n", stderr: "exit 0\n" });
  });
});

describe("kv get and put", { timeout: TEST_MS }, () => {
  test("answer while a member is frozen, whichever is asked first", async () => {
    for (const member of etcd.members) {
      member.freeze();
      try {
        const others = etcd.members.filter((each) => each !== member);
        await putAt(others, "frozen/ready");
        const results = await Promise.all([
          run("kv", "put", "frozen/one", "1"),
          run("kv", "get", "frozen/ready"),
          run("lease", "grant", "60"),
        ]);
        expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
          results.map(() => ({ code: 0, stderr: "" })),
        );
      } finally {
        member.thaw();
      }
      await member.ready();
    }
  });

  test("say that there is no quorum, except for what one member may answer alone", async () => {
    await etcd.etcdctl(["put", "lonely", "v"]);
    const [first, second] = etcd.members;
    for (const member of [first!, second!]) member.freeze();
    try {
      const [put, got, serial] = await Promise.all([
        run("kv", "put", "lonely", "w"),
        run("kv", "get", "lonely"),
        run("kv", "get", "lonely", "--consistency", "s"),
      ]);
      for (const { code, stdout, stderr } of [put, got]) {
        expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
        expect(stderr).toMatch(/quorum|not agreed on|no leader|no answer/);
      }
      expect(serial).toMatchObject({ code: 0, stdout: "lonely\nv\n" });
    } finally {
      for (const member of [first!, second!]) member.thaw();
      await Promise.all(etcd.members.map((member) => member.ready()));
    }
    // What had not been asked of a majority was not done later either.
    expect(await etcd.etcdctl(["get", "lonely", "--print-value-only"])).toBe("v\n");
  });
});

describe("with two of three members killed", { timeout: TEST_MS }, () => {
  test("every command says that there is no quorum, and who says so", async () => {
    const [first, second, living] = etcd.members;
    const watches = [start("kv", "watch", "a"), start("services", "watch", "a")];
    await isPrinted(watches[1]!, "fresh");
    await Promise.all([first!.kill(), second!.kill()]);
    try {
      const said = new RegExp(`${living!.endpoint}: (not agreed on within|no quorum|no leader)`);
      for (const watching of watches) await isPrinted(watching, said);
      for (const words of [
        ["kv", "get", "a"],
        ["kv", "put", "a", "v"],
        ["lease", "grant", "60"],
        ["services", "list"],
        ["grant", "app", "--prefix", "a/", "--read"],
      ]) {
        const [group = "", ...more] = words;
        const { code, stdout, stderr } = await project.run([group, ...more, ...ask]);
        expect({ words, code, stdout }).toEqual({ words, code: 4, stdout: "" });
        expect(stderr).toMatch(said);
        expect(stderr).toContain("More than half of the voting members must run");
      }
    } finally {
      watches.forEach(ctrlC);
      await Promise.all([first!.restart(), second!.restart()]);
    }
    expect((await Promise.all(watches.map(({ result }) => result))).map(({ code }) => code)).toEqual([1, 1]);
  });
});

describe("lease keep-alive", { timeout: TEST_MS }, () => {
  test("keeps a lease alive while its member dies, and ends when it is revoked", async () => {
    const { stdout } = await run("lease", "grant", "10");
    const id = stdout.split(" ")[1]!;
    const keeping = start("lease", "keep-alive", id);
    await isPrinted(keeping, `lease ${id} keepalived with TTL(10)`);
    for (const member of etcd.members) {
      member.freeze();
      const said = keeping.output().length;
      try {
        await vi.waitFor(
          () => expect(keeping.output().slice(said)).toContain(`lease ${id} keepalived with TTL(10)`),
          SOON,
        );
      } finally {
        member.thaw();
      }
      await member.ready();
    }
    await etcd.etcdctl(["lease", "revoke", id]);
    const ended = await keeping.result;
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(new RegExp(`\nlease ${id} expired or revoked\\.\n$`));
  });
});

describe("with authentication", { timeout: TEST_MS }, () => {
  let app: readonly string[];
  beforeAll(async () => {
    for (const words of [
      "user add root:root",
      "user grant-role root root",
      "user add operator --no-password",
      "user grant-role operator root",
      "role add writer",
      "role grant-permission writer --prefix=true write only/",
      "role grant-permission writer --prefix=true readwrite both/",
      "user add app:secret",
      "user grant-role app writer",
      "auth enable",
    ])
      await etcd.etcdctl(words.split(" "));
    const { clientAuthority } = etcd.secrets!;
    const { certFile, keyFile } = await clientAuthority.issue("nobody");
    app = [
      ...["--endpoints", etcd.endpoints.join(","), "--cacert", clientAuthority.caFile],
      ...["--cert", certFile, "--key", keyFile, "--user", "app:secret"],
      // What is said is what matters here, not how soon on a machine that others use too.
      ...["--call-timeout", "20s"],
    ];
  });
  const asApp = (group: string, name: string, ...more: string[]) =>
    project.run([group, name, ...app, ...more]);

  test("who may not read or write is told so, and who may only write can", async () => {
    expect(await asApp("kv", "put", "only/x", "1")).toMatchObject({ code: 0, stdout: "OK\n" });
    for (const denied of [
      asApp("kv", "get", "only/x"),
      asApp("kv", "put", "elsewhere", "1"),
      asApp("kv", "delete", "elsewhere"),
      asApp("kv", "watch", "only/", "--prefix"),
    ])
      expect(await denied).toMatchObject({
        code: 4,
        stdout: "",
        stderr: expect.stringContaining("the user may not do this") as string,
      });
  });

  test("watch and keep-alive go on when rights change and members forget their tokens", async () => {
    const { stdout } = await asApp("lease", "grant", "10");
    const id = stdout.split(" ")[1]!;
    const keeping = project.start(["lease", "keep-alive", ...app, id]);
    const watching = project.start(["kv", "watch", ...app, "both/", "--prefix", "--rev", "1"]);
    await isPrinted(keeping, `lease ${id} keepalived`);
    for (const [index, member] of etcd.members.entries()) {
      await member.kill();
      member.start();
      await member.ready();
      await etcd.etcdctl(["role", "grant-permission", "writer", "read", `other-${index}`]);
      await putAt(etcd.members, `both/${index}`);
      await isPrinted(watching, `both/${index}`);
    }
    const before = keeping.output().length;
    await vi.waitFor(() => expect(keeping.output().slice(before)).toContain("keepalived"), SOON);
    for (const each of [keeping, watching]) ctrlC(each);
    expect((await keeping.result).code).toBe(0);
    expect(await watching.result).toMatchObject({
      code: 0,
      stdout: etcd.members.map((_, index) => `PUT\nboth/${index}\nv\n`).join(""),
    });
  });
});
