import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectionFormats } from "../../lib/cli/connect/formats";
import { connectionTo, type Connection } from "../../lib/cli/connect/connection";
import type { ClusterOutputs } from "../../lib/cluster/outputs";
import { pkiLayout } from "../../lib/cluster/pki-layout";
import { ExternalError, UsageError } from "../../lib/errors";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";

const run = promisify(execFile);

const plain: Connection = {
  clusterName: "demo",
  endpoints: ["http://127.0.0.1:2379", "http://127.0.0.1:2389"],
};

test("without certificates a shell, a program and TypeScript get the endpoints alone", () => {
  expect(connectionFormats.shell(plain)).toMatchInlineSnapshot(`
    "export ETCDCTL_API='3'
    export ETCDCTL_ENDPOINTS='http://127.0.0.1:2379,http://127.0.0.1:2389'"
  `);
  expect(JSON.parse(connectionFormats.json(plain))).toEqual({ schemaVersion: 1, ...plain, tls: null });
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
  // A folder whose name a shell would take apart.
  const folder = mkdtempSync(join(tmpdir(), "it's $HOME `id` "));

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
    rmSync(folder, { recursive: true, force: true });
  });

  test("a shell that evaluates them has an etcdctl that reaches every member", async () => {
    const { etcdctl } = await defaultEtcd();
    const script = `${connectionFormats.shell(connection)}\nexec "$0" endpoint health`;
    const { stdout, stderr } = await run("sh", ["-c", script, etcdctl]);
    expect(`${stdout}${stderr}`.match(/is healthy/g)).toHaveLength(3);
  });

  test("TypeScript that imports them has a client that writes and reads", async () => {
    const use = `void etcd.put("greeting").value("hello").then(() => etcd.get("greeting")).then((value) => { console.log(value); process.exit(0); });`;
    const source = `${connectionFormats.typescript(connection)}\n${use}`;
    const { code } = await transform(source, { loader: "ts", format: "cjs", target: "node20" });
    const program = resolve("node_modules", ".cache", `test-connect-${process.pid}.cjs`);
    mkdirSync(dirname(program), { recursive: true });
    writeFileSync(program, code);
    try {
      expect((await run(process.execPath, ["--no-deprecation", program])).stdout).toBe("hello\n");
    } finally {
      rmSync(program);
    }
  });
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
    expect(() => connectionTo(outputs, "my-app")).toThrow(ExternalError);
    expect(() => connectionTo(outputs, "my-app")).toThrow(/pki\/demo\/clients\/my-app\.crt/);
  });

  test("of another making have no clients of ours", () => {
    const tls = { caFile: "ours/ca.crt", certFile: "ours/op.crt", keyFile: "ours/op.key" };
    expect(() => connectionTo({ ...outputs, tls }, "my-app")).toThrow(UsageError);
  });

  test("are none in plain HTTP, where nobody can be told from anybody", () => {
    const { tls: _, ...rest } = outputs;
    expect(connectionTo(rest)).toEqual({ clusterName: "demo", endpoints: ["https://127.0.0.1:2379"] });
    expect(() => connectionTo(rest, "my-app")).toThrow(UsageError);
  });
});
