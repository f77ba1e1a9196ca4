import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { connectionFormats } from "../../lib/cli/connect/formats";
import { connectionTo, type Connection } from "../../lib/cli/connect/connection";
import type { ClusterOutputs } from "../../lib/cluster/outputs";
import { pkiLayout } from "../../lib/cluster/pki-layout";
import { ExternalError, UsageError } from "../../lib/errors";
import { debianTool } from "../support/debian-tools";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";

const run = promisify(execFile);

const plain: Connection = {
  clusterName: "demo",
  endpoints: ["http://127.0.0.1:2379", "http://127.0.0.1:2389"],
};

/** Paths that every language would take apart in its own way, and a user with a password. */
const quoted: Connection = {
  clusterName: "demo",
  endpoints: ["https://10.40.0.10:2379", "https://[fd00::10]:2379"],
  tls: {
    caFile: "/srv/it's $HOME/ca.crt",
    certFile: '/srv/"app" \\u00e9 é/app.crt',
    keyFile: "/srv/`id` %s/{x}/app.key",
  },
  user: "my-app",
};

test.each(["shell", "json", "typescript", "go", "python"] as const)(
  "with certificates and a user the %s form quotes what it must",
  (format) => {
    expect(connectionFormats[format](quoted)).toMatchSnapshot();
  },
);

test.each(["go", "python"] as const)("without certificates and user the %s form is shorter", (format) => {
  expect(connectionFormats[format](plain)).toMatchSnapshot();
});

test("without certificates a shell, a program and TypeScript get the endpoints alone", () => {
  expect(connectionFormats.shell(plain)).toMatchInlineSnapshot(`
    "export ETCDCTL_API='3'
    export ETCDCTL_ENDPOINTS='http://127.0.0.1:2379,http://127.0.0.1:2389'
    unset ETCDCTL_DISCOVERY_SRV
    unset ETCDCTL_CACERT
    unset ETCDCTL_CERT
    unset ETCDCTL_KEY
    unset ETCDCTL_USER"
  `);
  expect(JSON.parse(connectionFormats.json(plain))).toEqual({
    schemaVersion: 1,
    ...plain,
    tls: null,
    user: null,
  });
  expect(connectionFormats.typescript(plain)).toMatchInlineSnapshot(`
    "import { Etcd3 } from "etcd3";

    export const etcd = new Etcd3({
      hosts: [
        "http://127.0.0.1:2379",
        "http://127.0.0.1:2389",
      ],
      // By itself the client waits for ever: a function, because a plain object would be one point in time.
      defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + 5000 }),
    });"
  `);
});

describe("with certificates", () => {
  let cluster: RawCluster;
  let connection: Connection;
  // A folder whose name every language would take apart in its own way.
  const folder = mkdtempSync(join(tmpdir(), 'it\'s $HOME `id` "é\\u00e9" '));
  const goPath = mkdtempSync(join(tmpdir(), "connect-go-"));

  beforeAll(async () => {
    cluster = await RawCluster.start({ binaries: await defaultEtcd(), tls: {} });
    const { ca, cert, key } = cluster.tls ?? {};
    const file = (name: string, content: Buffer | undefined): string => {
      const path = join(folder, name);
      writeFileSync(path, content ?? "", { mode: 0o600 });
      return path;
    };
    connection = {
      clusterName: "demo",
      endpoints: cluster.endpoints,
      tls: { caFile: file("ca.crt", ca), certFile: file("app.crt", cert), keyFile: file("app.key", key) },
    };
  });
  afterAll(async () => {
    await cluster?.stop();
    for (const made of [folder, goPath]) rmSync(made, { recursive: true, force: true });
  });

  test("a shell that evaluates them has an etcdctl that reaches every member", async () => {
    const { etcdctl } = await defaultEtcd();
    const script = `${connectionFormats.shell(connection)}\nexec "$0" endpoint health`;
    const { stdout, stderr } = await run("sh", ["-c", script, etcdctl]);
    expect(`${stdout}${stderr}`.match(/is healthy/g)).toHaveLength(3);
  });

  test("TypeScript that imports them has a client that writes and reads", async () => {
    expect(await runTypeScript(connectionFormats.typescript(connection))).toBe("hello\n");
  });

  test("Python that imports them has a client that writes and reads", async () => {
    const said = await runPython(connectionFormats.python(connection), PYTHON_MAIN);
    expect(said).toBe("hello from Python\n");
  });

  test("Python finds a member that answers while one is frozen, and goes on after its client's one was killed", async () => {
    const [frozen, killed] = cluster.members;
    const program = `etcd = connect()
while etcd._url != "${killed!.endpoint.slice("https://".length)}":
    etcd = connect()
print("connected", flush=True)
input()
try:
    etcd.get("greeting")
except etcd3.Etcd3Exception:
    etcd = connect()
etcd.put("greeting", "hello again")
print(etcd.get("greeting")[0].decode())`;
    const { command, env } = await debianTool("python3-etcd3");
    const child = spawn(command[0], ["-c", `${connectionFormats.python(connection)}\n${program}`], { env });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    const gone = once(child, "exit");
    try {
      await vi.waitFor(() => expect(stdout, stderr).toBe("connected\n"), { timeout: 30_000 });
      await killed!.kill();
      child.stdin.end("\n");
      await gone;
      expect(stdout, stderr).toBe("connected\nhello again\n");
      await killed!.restart();
      frozen!.freeze();
      await expect(runPython(connectionFormats.python(connection), PYTHON_MAIN)).resolves.toBe(
        "hello from Python\n",
      );
    } finally {
      child.kill();
      frozen!.thaw();
    }
    await frozen!.ready();
  });

  // Not among what CI installs: 150 MB for one test.
  const withGo = hasGo ? test : () => undefined;
  withGo("Go that is compiled with them has a client that writes and reads", async () => {
    expect(await runGo(connectionFormats.go(connection), goPath)).toBe("hello from Go\n");
  });

  test("each logs in as the user that it is for, with the password of its environment", async () => {
    const user = "my-app";
    const env = { ETCDCTL_PASSWORD: "it's $ecret" };
    await cluster.etcdctl(["user", "add", `${user}:${env.ETCDCTL_PASSWORD}`]);
    for (const name of ["root", "operator"]) {
      await cluster.etcdctl(["user", "add", name, "--no-password"]);
      await cluster.etcdctl(["user", "grant-role", name, "root"]);
    }
    await cluster.etcdctl(["role", "add", user]);
    await cluster.etcdctl(["role", "grant-permission", user, "readwrite", "greeting"]);
    await cluster.etcdctl(["user", "grant-role", user, user]);
    await cluster.etcdctl(["auth", "enable"]);
    const asUser = { ...connection, user };
    const denied = `${connectionFormats.shell(asUser)}\nexec "$0" put elsewhere x`;
    const { etcdctl } = await defaultEtcd();
    await expect(run("sh", ["-c", denied, etcdctl], { env })).rejects.toThrow("permission denied");
    expect(await runPython(connectionFormats.python(asUser), PYTHON_MAIN, env)).toBe("hello from Python\n");
    expect(await runTypeScript(connectionFormats.typescript(asUser), env)).toBe("hello\n");
    if (hasGo) expect(await runGo(connectionFormats.go(asUser), goPath, env)).toBe("hello from Go\n");
    // Whoever the shell was set up for before.
    const again = `${connectionFormats.shell(asUser)}\n${connectionFormats.shell(connection)}\nexec "$0" put elsewhere x`;
    expect((await run("sh", ["-euc", again, etcdctl], { env })).stdout).toBe("OK\n");
  });
});

async function runTypeScript(snippet: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const use = `void etcd.put("greeting").value("hello").then(() => etcd.get("greeting")).then((value) => { console.log(value); process.exit(0); });`;
  const { code } = await transform(`${snippet}\n${use}`, { loader: "ts", format: "cjs", target: "node20" });
  const program = resolve("node_modules", ".cache", `test-connect-${process.pid}.cjs`);
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, code);
  try {
    const { stdout } = await run(process.execPath, ["--no-deprecation", program], {
      env: { ...process.env, ...env },
    });
    return stdout;
  } finally {
    rmSync(program);
  }
}

/** Debian's Go, and the sources of etcd's client for it: golang-go and golang-etcd-server-dev. */
const GO_SOURCES = "/usr/share/gocode";
const GO_CLIENT = join(GO_SOURCES, "src", "go.etcd.io", "etcd", "clientv3");
const hasGo = existsSync("/usr/bin/go") && existsSync(GO_CLIENT);

/** The snippet with a program that uses it, in a GOPATH where Debian's release 3.4 of the client goes by the name that it has since 3.5. */
async function runGo(snippet: string, into: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const client = join(into, "src", "go.etcd.io", "etcd", "client");
  const program = join(into, "src", "app");
  mkdirSync(client, { recursive: true });
  mkdirSync(program, { recursive: true });
  if (!existsSync(join(client, "v3"))) symlinkSync(GO_CLIENT, join(client, "v3"));
  writeFileSync(join(program, "etcd.go"), `${snippet}\n`);
  writeFileSync(join(program, "main.go"), GO_MAIN);
  expect((await run("gofmt", ["-l", join(program, "etcd.go")])).stdout).toBe("");
  const goEnv = { ...process.env, ...env, GO111MODULE: "off", GOPATH: `${into}:${GO_SOURCES}` };
  const binary = join(into, "app");
  await run("go", ["build", "-o", binary, "app"], { env: { ...goEnv, GOCACHE: join(into, "cache") } });
  return (await run(binary, [], { env: goEnv })).stdout;
}

const GO_MAIN = `package main

import (
	"context"
	"fmt"
	"time"
)

func main() {
	etcd, err := connect()
	if err != nil {
		panic(err)
	}
	defer etcd.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := etcd.Put(ctx, "greeting", "hello from Go"); err != nil {
		panic(err)
	}
	reply, err := etcd.Get(ctx, "greeting")
	if err != nil {
		panic(err)
	}
	fmt.Println(string(reply.Kvs[0].Value))
}
`;

async function runPython(snippet: string, more: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { command, env: own } = await debianTool("python3-etcd3");
  const [python, ...args] = [...command, "-c", `${snippet}\n\n\n${more}\n`] as const;
  return (await run(python, args, { env: { ...own, ...env } })).stdout;
}

const PYTHON_MAIN = `etcd = connect()
etcd.put("greeting", "hello from Python")
print(etcd.get("greeting")[0].decode())`;

test("docs/applications.md tells every field of the JSON", () => {
  const page = readFileSync(join("docs", "applications.md"), "utf8");
  const { tls, ...top } = JSON.parse(connectionFormats.json(quoted)) as { tls: object };
  expect(tls).toHaveProperty("serverName", null);
  const fields = Object.keys(tls).map((name) => (page.includes(`tls.${name}`) ? `tls.${name}` : `.${name}`));
  for (const field of [...Object.keys(top), ...fields]) expect(page).toContain(`\`${field}\``);
});

describe("the files of a cluster", () => {
  const layout = pkiLayout("demo");
  const outputs: ClusterOutputs = {
    schemaVersion: 2,
    name: "demo",
    target: "local",
    members: [
      {
        name: "etcd-0",
        peerUrl: "https://127.0.0.1:2380",
        endpoint: "https://127.0.0.1:2379",
        address: "127.0.0.1",
      },
    ],
    learners: [],
    tls: { caFile: layout.clientCa.certFile, ...layout.client("operator") },
  };

  test("are named when they are missing, with what makes them", () => {
    expect(() => connectionTo(outputs, { clientName: "my-app" })).toThrow(ExternalError);
    expect(() => connectionTo(outputs, { clientName: "my-app" })).toThrow(/pki\/demo\/clients\/my-app\.crt/);
  });

  test("of another making have no clients of ours", () => {
    const tls = { caFile: "ours/ca.crt", certFile: "ours/op.crt", keyFile: "ours/op.key" };
    expect(() => connectionTo({ ...outputs, tls }, { clientName: "my-app" })).toThrow(UsageError);
  });

  test.each(["", "my-app:secret"])("name no user %j", (user) => {
    expect(() => connectionTo(outputs, { user })).toThrow(/--user must be the name of a user alone/);
  });

  test("are none in plain HTTP, where nobody can be told from anybody", () => {
    const { tls: _, ...rest } = outputs;
    expect(connectionTo(rest)).toEqual({ clusterName: "demo", endpoints: ["https://127.0.0.1:2379"] });
    expect(() => connectionTo(rest, { clientName: "my-app" })).toThrow(UsageError);
  });
});
