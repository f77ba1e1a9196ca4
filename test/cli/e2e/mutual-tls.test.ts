import { join } from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestAuthority, type CertificateFiles } from "../../support/certificates";
import { CliProject, type CliResult } from "../../support/cli";

const DEPLOY_MS = 240_000;

describe("a local cluster with certificates of the user's own", () => {
  let project: CliProject;
  let clients: TestAuthority;
  let operator: CertificateFiles;
  let up: CliResult;

  beforeAll(async () => {
    project = await CliProject.createKept();
    clients = await TestAuthority.create(join(project.folder, "tls", "clients"));
    const peers = await TestAuthority.create(join(project.folder, "tls", "peers"));
    operator = await clients.issue("operator");
    for (const member of ["etcd-0", "etcd-1", "etcd-2"]) {
      await clients.issue(member);
      await peers.issue(member);
    }
    const files = (plane: string) => ({
      caFile: join(project.folder, "tls", plane, "ca.crt"),
      certFile: join(project.folder, "tls", plane, "{member}.crt"),
      keyFile: join(project.folder, "tls", plane, "{member}.key"),
    });
    const ports = { clientPort: project.firstPort, peerPort: project.firstPort + 1, portStep: 2 };
    const tls = {
      client: files("clients"),
      peer: files("peers"),
      operator: { caFile: clients.caFile, ...operator },
    };
    await project.write("cluster.yaml", stringify({ name: project.name, tls, local: ports }));
    up = await project.run(["up"]);
  }, DEPLOY_MS);
  afterAll(() => project?.dispose(), DEPLOY_MS);

  test("is up and verified with the operator's certificate of the definition", async () => {
    expect(up.code, up.output).toBe(0);
    expect(up.stdout).toContain(`https://127.0.0.1:${project.firstPort}`);
    const verify = await project.run(["verify", "--skip", "lease-expires"]);
    expect(verify.code, verify.output).toBe(0);
  });

  test("prints no warning about TLS to an IP address", async () => {
    const { stderr } = await project.run(["status"]);
    expect(stderr).toBe("");
  });

  test("has no certificates made for it", () => {
    expect(project.created()).not.toContain("pki");
  });

  test("is within reach of its own etcdctl, which exits as it does by itself", async () => {
    const list = await project.run(["etcdctl", "member", "list", "-w", "json"]);
    expect(list.code, list.output).toBe(0);
    expect((JSON.parse(list.stdout) as { members: unknown[] }).members).toHaveLength(3);
    expect((await project.run(["etcdctl", "--", "put", "greeting", "hello"])).stdout).toBe("OK\n");
    expect((await project.run(["etcdctl", "get", "greeting", "--print-value-only"])).stdout).toBe("hello\n");
    expect((await project.run(["etcdctl", "no-such-command"])).code).toBe(1);
  });

  test("is connected to with the files of its definition", async () => {
    const { code, stdout, output } = await project.run(["connect", "--output", "json"]);
    expect(code, output).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      clusterName: project.name,
      tls: { caFile: clients.caFile, ...operator },
    });
    expect((await project.run(["connect", "--client", "my-app"])).code).toBe(2);
  });

  test("etcdctl with the same certificate agrees", async () => {
    const tls = [`--cacert=${clients.caFile}`, `--cert=${operator.certFile}`, `--key=${operator.keyFile}`];
    const health = await project.etcdctl(["endpoint", "health", ...tls]);
    expect(health.code, health.output).toBe(0);
    expect(health.output.match(/is healthy/g)).toHaveLength(3);
  });

  test("refuses the certificate of a foreign CA, and verify says so for each member", async () => {
    const foreign = await TestAuthority.create(join(project.folder, "foreign"));
    const { certFile, keyFile } = await foreign.issue("stranger");
    const verify = await project.run(["verify", "--cert", certFile, "--key", keyFile]);
    expect(verify.code, verify.output).toBe(1);
    expect(verify.stdout).toMatch(/etcd-0, etcd-1 and etcd-2: .*certificate/);
  });

  test("is not trusted through a foreign CA", async () => {
    const foreign = await TestAuthority.create(join(project.folder, "foreign-server-ca"));
    const verify = await project.run(["verify", "--cacert", foreign.caFile]);
    expect(verify.code, verify.output).toBe(1);
    expect(verify.stdout).toContain("certificate");
  });

  test("speaks no plain HTTP", async () => {
    const verify = await project.run([
      "verify",
      "--endpoints",
      project.endpoints().join(",").replaceAll("https:", "http:"),
    ]);
    expect(verify.code, verify.output).toBe(1);
  });

  test("refuses a certificate file that is not there, by its option", async () => {
    const verify = await project.run(["verify", "--cert", "missing.crt", "--key", operator.keyFile]);
    expect(verify.code).toBe(2);
    expect(verify.stderr).toContain("cannot read --cert missing.crt");
  });
});
