/** `services` as its users run it, against a cluster with mutual TLS whose members die. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { processTree } from "../../../lib/cli/process-tree";
import { CLI, CliProject, STACK, type RunningCli } from "../../support/cli";
import { defaultEtcd } from "../../support/etcd";
import { freePortRange } from "../../support/free-ports";
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
  await etcd.stop();
  await project.dispose();
});

const services = (name: string, ...more: string[]): string[] => ["services", name, ...ask, ...more];
const start = (name: string, ...more: string[]): RunningCli => project.start(services(name, ...more));
const run = (name: string, ...more: string[]) => project.run(services(name, ...more));
const keys = async (service: string): Promise<string[]> => {
  const text = await etcd.etcdctl(["get", "--prefix", "--keys-only", `/micro/${service}/`]);
  return text.split("\n").filter((line) => line !== "");
};
const isPrinted = (running: RunningCli, words: string | RegExp): Promise<void> =>
  vi.waitFor(() => expect(running.output()).toMatch(words), SOON);

/** To this process alone, as a service manager does. */
const signal = ({ child }: RunningCli, name: NodeJS.Signals): boolean => process.kill(child.pid!, name);
/** To everything in the foreground, as a terminal does. */
const ctrlC = ({ child }: RunningCli): boolean => process.kill(-child.pid!, "SIGINT");

interface WatchLine {
  readonly schemaVersion: number;
  readonly at: string;
  readonly type: string;
  readonly instance?: { readonly service: string; readonly instance: string; readonly endpoint: string };
  readonly reason?: string;
}
const records = (running: RunningCli): WatchLine[] =>
  running
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as WatchLine);
const told = (running: RunningCli): string[] =>
  records(running).map(({ type, instance }) => [type, instance?.instance].join(" ").trimEnd());

describe("services register", { timeout: TEST_MS }, () => {
  test("lists an instance until Ctrl-C, for list and get to find", async () => {
    const nothing = await run("get", "login");
    expect(nothing).toMatchObject({ code: 1, stdout: "", stderr: "no instance of login is registered\n" });
    const registering = start(
      "register",
      ...["login", "--instance", "a", "--endpoint", "http://10.0.3.7:8080"],
      ...["--metadata", "zone=eu-1a", "--metadata", '{"weight":3}', "--ttl", "5s"],
    );
    await isPrinted(registering, "registered as /micro/login/a\n");
    const [listed, got, one, json] = await Promise.all([
      run("list"),
      run("get", "login"),
      run("get", "login", "a", "--one", "--output", "table"),
      run("list", "--below", "log", "--output", "json"),
    ]);
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    const lease = (await etcd.etcdctl(["lease", "list"])).trim().split("\n").at(-1)!;
    expect(listed.stdout).toBe(
      [
        "SERVICE  INSTANCE  ENDPOINT              LEASE             METADATA",
        `login    a         http://10.0.3.7:8080  ${lease}  {"zone":"eu-1a","weight":3}`,
        "",
      ].join("\n"),
    );
    expect(got).toMatchObject({ code: 0, stdout: "http://10.0.3.7:8080\n", stderr: "" });
    expect(one).toMatchObject({ code: 0, stdout: listed.stdout });
    expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, instances: [] });

    await etcd.etcdctl(["lease", "revoke", lease]);
    await isPrinted(registering, "registered again as /micro/login/a\n");
    ctrlC(registering);
    const { code, stdout, stderr } = await registering.result;
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(
      /^registered as \/micro\/login\/a\nrecovering: .*lease.*\nregistered again as \/micro\/login\/a\nwithdrawn\n$/,
    );
    expect(await keys("login")).toEqual([]);
  });

  test("runs a command, passes its signals on, withdraws before it ends, and exits as it does", async () => {
    const script = `
      trap 'echo reloaded' HUP
      trap 'while test -e waiting; do sleep 0.05; done; exit 7' TERM
      echo up; while :; do sleep 0.05; done`;
    await project.write("waiting", "");
    const registering = start("register", "wrapped", "--endpoint", "x", "--", "sh", "-c", script);
    await isPrinted(registering, /^up$/m);
    await isPrinted(registering, "registered as ");
    signal(registering, "SIGHUP");
    await isPrinted(registering, /^reloaded$/m);
    expect(await keys("wrapped")).toHaveLength(1);
    signal(registering, "SIGTERM");
    await isPrinted(registering, "withdrawn\n");
    expect(await keys("wrapped")).toEqual([]);
    expect(registering.child.exitCode).toBeNull();
    await project.shell("rm waiting");
    expect((await registering.result).code).toBe(7);
  });

  test("exits as a shell would when a signal ends the command, and says when there is none", async () => {
    const [killed, missing] = await Promise.all([
      run("register", "k", "--endpoint", "x", "--", "sh", "-c", "kill -KILL $$"),
      run("register", "m", "--endpoint", "x", "--", "./nowhere"),
    ]);
    expect(killed.code, killed.output).toBe(137);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("error: cannot run ./nowhere: there is no such program");
    expect(missing.stderr).not.toMatch(STACK);
    expect(await keys("m")).toEqual([]);
  });

  test("is left to another process that takes the name, unless told to take it back", async () => {
    const first = start("register", "shared", "--instance", "s", "--endpoint", "first", "--ttl", "5s");
    await isPrinted(first, "registered as ");
    const second = start("register", "shared", "--instance", "s", "--endpoint", "second");
    await isPrinted(second, "registered as ");
    const { code, stderr } = await first.result;
    expect(code, stderr).toBe(4);
    expect(stderr).toContain("another process has registered as /micro/shared/s");
    expect((await run("get", "shared")).stdout).toBe("second\n");
    signal(second, "SIGTERM");
    expect((await second.result).code).toBe(0);
  });

  test("in etcd's own Go layout is there for whoever asks in it", async () => {
    const go = ["--layout", "go", "--key-prefix", "go/"];
    const registering = start(
      "register",
      "greeter",
      "--instance",
      "g",
      "--endpoint",
      "10.0.3.7:50051",
      ...go,
    );
    await isPrinted(registering, "registered as go/greeter/g\n");
    expect((await run("get", "greeter", ...go)).stdout).toBe("10.0.3.7:50051\n");
    expect((await run("get", "greeter")).code).toBe(1);
    expect(await etcd.etcdctl(["get", "go/greeter/g", "--print-value-only"])).toContain(
      '"Addr":"10.0.3.7:50051"',
    );
    ctrlC(registering);
    expect((await registering.result).code).toBe(0);
  });
});

describe("services watch", { timeout: TEST_MS }, () => {
  test("tells every change once as JSON while each member in turn is frozen or killed", async () => {
    await etcd.etcdctl(["put", "/micro/w/before", '{"endpoint":"http://before"}']);
    const watching = start("watch", "w", "--output", "json");
    await vi.waitFor(() => expect(told(watching)).toEqual(["added before", "fresh"]), SOON);
    const expected = ["added before"];
    for (const [index, member] of etcd.members.entries()) {
      if (index === 1) await member.kill();
      else member.freeze();
      const others = etcd.members.filter((each) => each !== member).map(({ endpoint }) => endpoint);
      const endpoints = `--endpoints=${others.join(",")}`;
      // They may have to elect a leader first, and a put that is tried again may be done twice.
      await vi.waitFor(() => etcd.etcdctl(["get", "leader?", endpoints]), SOON);
      await etcd.etcdctl(["put", `/micro/w/n${index}`, '{"endpoint":"http://n"}', endpoints]);
      await vi.waitFor(() => expect(told(watching)).toContain(`added n${index}`), SOON);
      expected.push(`added n${index}`);
      if (index === 1) member.start();
      else member.thaw();
      await member.ready();
    }
    await etcd.etcdctl(["del", "--prefix", "/micro/w/"]);
    for (const name of ["before", "n0", "n1", "n2"]) expected.push(`removed ${name}`);
    await vi.waitFor(() => expect(told(watching)).toContain("removed n2"), SOON);
    ctrlC(watching);
    const { code, stderr } = await watching.result;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(told(watching).filter((line) => /^(added|changed|removed)/.test(line))).toEqual(expected);
    for (const { schemaVersion, at } of records(watching)) {
      expect(schemaVersion).toBe(1);
      expect(new Date(at).toISOString()).toBe(at);
    }
  });

  test("ends when nobody reads on", async () => {
    await etcd.etcdctl(["put", "/micro/head/a", '{"endpoint":"http://a"}']);
    const words = services("watch", "head").join(" ");
    const watching = project.startProgram(
      ["/bin/sh", "-c", `{ $CLI ${words}; echo "exit $?" >&2; } | head -1`],
      { env: { CLI: [process.execPath, ...CLI].join(" ") } },
    );
    await isPrinted(watching, "added   head a http://a\n");
    await etcd.etcdctl(["del", "/micro/head/a"]);
    const { stdout, stderr } = await watching.result;
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toBe("exit 0\n");
  });

  test("shows a live table on a terminal, which says so when it is out of date and when no longer", async () => {
    await etcd.etcdctl(["put", "/micro/tty/a", '{"endpoint":"http://10.0.3.7:80"}']);
    const command = [process.execPath, ...CLI, ...services("watch", "tty")].join(" ");
    const terminal = ["script", "--quiet", "--flush", "--return", "--command"];
    const words = [...terminal, `stty rows 30 cols 120; exec ${command}`, "/dev/null"];
    const watching = project.startProgram(words, { env: { SHELL: "/bin/sh", TERM: "xterm" } });
    const frame = (): string => watching.output().split("\u001b[J").at(-2) ?? "";
    const shows = (pattern: RegExp): Promise<void> =>
      vi.waitFor(() => expect(frame()).toMatch(pattern), SOON);
    await shows(/1 instance of 1 service; Ctrl-C ends it.*\n {3}tty +a +http:\/\/10\.0\.3\.7:80 +0/s);
    await etcd.etcdctl(["put", "/micro/tty/b", '{"endpoint":"http://10.0.3.8:80"}']);
    await shows(/2 instances.*\u001b\[32m\+ {2}tty +b .*\u001b\[39m/s);
    await etcd.etcdctl(["del", "/micro/tty/b"]);
    await shows(/1 instance .*\u001b\[31m- {2}tty +b .*\u001b\[39m/s);

    await Promise.all(etcd.members.map((member) => member.kill()));
    await shows(
      /stale since \d\d:\d\d:\d\d \(\d+s\): no member answers \(\S+: connection refused\).*tty +a /s,
    );
    etcd.members.forEach((member) => member.start());
    await Promise.all(etcd.members.map((member) => member.ready()));
    await vi.waitFor(() => expect(frame()).not.toContain("stale"), SOON);
    expect(frame()).toMatch(/1 instance .*tty +a /s);

    const shown = processTree(watching.child.pid!).find(({ name }) => name === "node");
    process.kill(shown!.pid, "SIGINT");
    const { code, output } = await watching.result;
    expect(code).toBe(0);
    expect(output.slice(output.lastIndexOf("\u001b[?25l"))).toContain("\u001b[?25h");
    expect(output.slice(output.lastIndexOf("\u001b[?7l"))).toContain("\u001b[?7h");
  });
});

describe("with all members frozen", { timeout: TEST_MS }, () => {
  test("Ctrl-C twice ends a registration at once, and a watch says why it knows nothing", async () => {
    const registering = start("register", "stuck", "--endpoint", "x");
    await isPrinted(registering, "registered as ");
    const known = start("watch", "stuck");
    await isPrinted(known, "fresh   1 instance at revision");
    etcd.members.forEach((member) => member.freeze());
    try {
      const unknown = start("watch", "stuck", "--output", "json");
      await isPrinted(known, /stale {3}(no member answers|no quorum|not agreed on)/);
      await vi.waitFor(
        () => expect(records(unknown)[0]).toMatchObject({ type: "stale", confirmedAt: null }),
        SOON,
      );
      ctrlC(known);
      ctrlC(unknown);
      expect((await known.result).code).toBe(1);
      expect(await unknown.result).toMatchObject({ code: 1, stderr: "" });

      ctrlC(registering);
      const began = performance.now();
      // Signals that have not been taken yet are one.
      await vi.waitFor(() => {
        if (registering.child.exitCode === null) ctrlC(registering);
        expect(registering.child.exitCode).toBe(130);
      }, SOON);
      // Less than the two calls that a withdrawal may take.
      expect(performance.now() - began).toBeLessThan(4000);
    } finally {
      etcd.members.forEach((member) => member.thaw());
    }
  });
});

test("list and get fail where nobody answers, and say why", { timeout: TEST_MS }, async () => {
  const nobody = ["--endpoints", `http://127.0.0.1:${await freePortRange(1)}`];
  for (const name of [["list"], ["get", "login"]]) {
    const { code, stdout, stderr } = await project.run(["services", ...name, ...nobody]);
    expect([3, 4]).toContain(code);
    expect(stdout).toBe("");
    expect(stderr).toContain("error: connection refused\n");
    expect(stderr).not.toMatch(STACK);
  }
});

test("docs/discovery.md tells every field of the JSON", async () => {
  const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "discovery.md"), "utf8");
  const { stdout } = await run("list", "tty", "--output", "json");
  const { instances, ...top } = JSON.parse(stdout) as { instances: object[] };
  expect(instances.length).toBeGreaterThan(0);
  const fields = [...Object.keys(top), ...Object.keys(instances[0] ?? {}), "instanceCount", "confirmedAt"];
  for (const field of [...fields, "isFromList", "previous", "reason"]) expect(page).toContain(`\`${field}\``);
});
