/** Whom `verify` and `status` ask: the command line, etcdctl's variables, the definition, in that order. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { ClusterOutputs } from "../../lib/cluster/outputs";
import { UsageError } from "../../lib/errors";
import { peerCaOf } from "../../lib/cli/reach/expected";
import { etcdctlVariables } from "../../lib/cli/reach/etcdctl-variables";
import { splitList, whomToAsk, type Whom, type WhomOptions } from "../../lib/cli/reach/whom";
import { inEmptyFolder } from "./in-process";

const OUTPUTS: ClusterOutputs = {
  schemaVersion: 2,
  name: "demo",
  target: "local",
  release: "3.5.16",
  members: [
    {
      name: "etcd-0",
      endpoint: "https://127.0.0.1:2379",
      peerUrl: "https://127.0.0.1:2380",
      address: "127.0.0.1",
    },
  ],
  learners: [],
  tls: { caFile: "pki/demo/client-ca.crt", certFile: "c.crt", keyFile: "c.key" },
};

beforeEach(() => {
  inEmptyFolder();
  for (const name of ["CLUSTER", "TARGET", "CDKTF_ETCD_OUTPUTS"]) vi.stubEnv(name, undefined);
  mkdirSync("pki/demo", { recursive: true });
  for (const file of ["pki/demo/client-ca.crt", "pki/demo/peer-ca.crt", "c.crt", "c.key", "other.crt"])
    writeFileSync(file, file);
  writeFileSync(
    "cluster.yaml",
    "name: demo\nmembers: 1\netcd: { settings: { heartbeatIntervalMs: 250ms, electionTimeoutMs: 2500ms } }\n",
  );
  const outputs = { etcd_cluster: { value: OUTPUTS, type: "dynamic" } };
  writeFileSync("terraform.demo-local.tfstate", JSON.stringify({ version: 4, outputs, resources: [] }));
  return () => vi.unstubAllEnvs();
});

const ask = (options: WhomOptions, env: NodeJS.ProcessEnv = {}): Promise<Whom> =>
  whomToAsk(options, etcdctlVariables(env));

const SHELL = {
  ETCDCTL_ENDPOINTS: "https://10.0.0.1:2379, https://10.0.0.2:2379",
  ETCDCTL_CACERT: "other.crt",
  ETCDCTL_USER: "root:secret",
};

describe("without endpoints", () => {
  test("the deployed cluster is asked, with what the definition says of it now", async () => {
    const { cluster, tls, outputs, notice, privateNetwork } = await ask({});
    expect(cluster.expectation).toEqual({
      clusterName: "demo",
      members: [
        {
          name: "etcd-0",
          endpoint: "https://127.0.0.1:2379",
          peerUrls: ["https://127.0.0.1:2380"],
          clientUrls: ["https://127.0.0.1:2379"],
        },
      ],
      release: "3.5.16",
      learners: [],
      defined: {
        source: "cluster.yaml",
        members: [expect.objectContaining({ name: "etcd-0", endpoint: "https://127.0.0.1:2379" })],
        release: undefined,
        learners: [],
      },
      heartbeatIntervalMs: 250,
      electionTimeoutMs: 2500,
    });
    expect(tls).toEqual({
      ca: readFileSync("pki/demo/client-ca.crt"),
      cert: readFileSync("c.crt"),
      key: readFileSync("c.key"),
      peerCa: readFileSync("pki/demo/peer-ca.crt"),
    });
    expect({ outputs, notice, privateNetwork }).toEqual({
      outputs: OUTPUTS,
      notice: undefined,
      privateNetwork: false,
    });
  });

  test("a definition that cannot be read, or is for another cluster, says nothing of the deployed one", async () => {
    vi.stubEnv("CDKTF_ETCD_OUTPUTS", JSON.stringify(OUTPUTS));
    for (const text of ["name: other\n", "name: [\n"]) {
      writeFileSync("cluster.yaml", text);
      const { cluster } = await ask({});
      expect(cluster.expectation?.clusterName).toBe("demo");
      expect(cluster.expectation).not.toHaveProperty("defined");
    }
  });

  test("--from definition asks the members that it names, deployed or not", async () => {
    writeFileSync("cluster.yaml", "name: fresh\nmembers: 3\ntls: false\n");
    const { cluster, tls, notice, outputs } = await ask({ from: "definition" });
    expect(cluster.expectation?.members.map(({ name, endpoint }) => [name, endpoint])).toEqual([
      ["etcd-0", "http://127.0.0.1:2379"],
      ["etcd-1", "http://127.0.0.1:2389"],
      ["etcd-2", "http://127.0.0.1:2399"],
    ]);
    expect(cluster.expectation).not.toHaveProperty("defined");
    expect({ tls, notice, outputs }).toEqual({
      tls: undefined,
      notice: "asking the members that cluster.yaml defines on this machine",
      outputs: undefined,
    });
  });
});

describe("a shell that is set up for etcdctl", () => {
  test("is asked what it names, with its certificates and its user, and that is said", async () => {
    const whom = await ask({}, SHELL);
    expect(whom).toMatchObject({
      cluster: { endpoints: ["https://10.0.0.1:2379", "https://10.0.0.2:2379"] },
      tls: { ca: readFileSync("other.crt") },
      user: { name: "root", password: "secret" },
      notice: "asking ETCDCTL_ENDPOINTS: https://10.0.0.1:2379, https://10.0.0.2:2379",
    });
  });

  test("reaches an endpoint without a scheme over TLS if it has certificates, as etcdctl does", async () => {
    const env = { ...SHELL, ETCDCTL_ENDPOINTS: "10.0.0.1:2379,http://10.0.0.2:2379" };
    expect((await ask({}, env)).cluster).toEqual({
      endpoints: ["https://10.0.0.1:2379", "http://10.0.0.2:2379"],
    });
    expect((await ask({}, { ...env, ETCDCTL_CACERT: "" })).cluster).toEqual({
      endpoints: ["10.0.0.1:2379", "http://10.0.0.2:2379"],
    });
  });

  test("reaches it over TLS also without certificates if plain text is forbidden, as etcdctl does", async () => {
    const env = {
      ETCDCTL_ENDPOINTS: "10.0.0.1:2379,http://10.0.0.2:2379",
      ETCDCTL_INSECURE_TRANSPORT: "false",
    };
    const endpoints = ["https://10.0.0.1:2379", "http://10.0.0.2:2379"];
    expect(await ask({}, env)).toMatchObject({ cluster: { endpoints }, tls: undefined });
    const typed = await ask({ endpoints: "10.0.0.1:2379" }, env);
    expect(typed.cluster).toEqual({ endpoints: ["https://10.0.0.1:2379"] });
  });

  test("goes before nothing that was typed", async () => {
    expect(await ask({ endpoints: "http://10.9.9.9:2379" }, SHELL)).toMatchObject({
      cluster: { endpoints: ["http://10.9.9.9:2379"] },
      notice: undefined,
    });
    expect((await ask({ endpoints: "x:1", user: "me:mine" }, SHELL)).user).toEqual({
      name: "me",
      password: "mine",
    });
  });

  test.each<[string, WhomOptions, Record<string, string>]>([
    ["--cluster", { cluster: "cluster.yaml" }, {}],
    ["--target", { target: "local" }, {}],
    ["--from", { from: "deployed" }, {}],
    ["$TARGET", {}, { TARGET: "local" }],
  ])("does not reach a cluster that %s names, nor do its certificates and user", async (_, options, env) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const { outputs, tls, user } = await ask(options, SHELL);
    expect(outputs).toEqual(OUTPUTS);
    expect(tls?.ca).toEqual(readFileSync("pki/demo/client-ca.crt"));
    expect(user).toBeUndefined();
  });

  test("gives the password of a user that was typed, for any cluster", async () => {
    const { user } = await ask({ user: "root" }, { ETCDCTL_PASSWORD: "secret" });
    expect(user).toEqual({ name: "root", password: "secret" });
  });

  test.each<[NodeJS.ProcessEnv, string]>([
    [{ ...SHELL, ETCDCTL_INSECURE_SKIP_TLS_VERIFY: "true" }, "certificates are always checked here"],
    [{ ...SHELL, ETCDCTL_USER: "root" }, "there is no password for the user root of ETCDCTL_USER"],
    [{ ...SHELL, ETCDCTL_USER: ":secret" }, "ETCDCTL_USER names no user"],
    [{ ...SHELL, ETCDCTL_CACERT: "nowhere.crt" }, "cannot read ETCDCTL_CACERT nowhere.crt"],
    [{ ...SHELL, ETCDCTL_CERT: "c.crt" }, "ETCDCTL_CERT and ETCDCTL_KEY belong together"],
  ])("is refused when it cannot be honoured: %j", async (env, message) => {
    const error: unknown = await ask({}, env).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
  });
});

test.each<[WhomOptions, string]>([
  [{ endpoints: "a:1", from: "definition" }, "--endpoints and --from each say whom to ask"],
  [{ endpoints: "a:1", discoverySrv: "b" }, "--endpoints and --discovery-srv each say whom to ask"],
  [{ from: "memory" }, '--from must be deployed or definition, got "memory"'],
  [{ endpoints: "a:1", via: "ssm" }, "--via leads to the instances of the deployed cluster"],
  [{ discoverySrvName: "x" }, "--discovery-srv-name is of use with --discovery-srv only"],
])("contradictions are refused: %j", async (options, message) => {
  await expect(ask(options)).rejects.toThrow(message);
});

test("variables are read as etcdctl reads them: empty is none, the rest is left alone", () => {
  expect(etcdctlVariables({ ETCDCTL_ENDPOINTS: "", ETCDCTL_API: "2", ETCDCTL_HEX: "true" })).toEqual({
    skipsTlsVerify: false,
    insistsOnTls: false,
  });
  expect(etcdctlVariables({ ETCDCTL_INSECURE_SKIP_TLS_VERIFY: "1" }).skipsTlsVerify).toBe(true);
  expect(etcdctlVariables({ ETCDCTL_INSECURE_SKIP_TLS_VERIFY: "false" }).skipsTlsVerify).toBe(false);
  expect(etcdctlVariables({ ETCDCTL_INSECURE_TRANSPORT: "f" }).insistsOnTls).toBe(true);
  expect(etcdctlVariables({ ETCDCTL_INSECURE_TRANSPORT: "true" }).insistsOnTls).toBe(false);
  expect(etcdctlVariables({ ETCDCTL_PASSWORD: " a ", ETCDCTL_CACERT: " b " })).toMatchObject({
    password: " a ",
    cacert: "b",
  });
  expect(splitList(" a:1 ,,b:2, ")).toEqual(["a:1", "b:2"]);
});

test("a peer CA that is not kept here is none", () => {
  expect(peerCaOf("demo", join("elsewhere", "ca.crt"))).toBeUndefined();
  expect(peerCaOf("nobody", "pki/nobody/client-ca.crt")).toBeUndefined();
});
