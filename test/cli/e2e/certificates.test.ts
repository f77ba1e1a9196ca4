/** What becomes of a running local cluster when its certificates change; each test goes on where the one before ended. */
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPERATOR, pkiLayout } from "../../../lib/cluster/pki-layout";
import { CliProject, type CliResult } from "../../support/cli";

const STEP_MS = 120_000;
const layout = pkiLayout("e2e");

let project: CliProject;
beforeAll(async () => {
  project = await CliProject.createKept();
  const { code, output } = await project.run(["up"]);
  expect(code, output).toBe(0);
}, STEP_MS);
afterAll(() => project.dispose(), STEP_MS);

const at = (file: string): string => join(project.folder, file);

async function up(): Promise<CliResult> {
  const result = await project.run(["up"]);
  expect(result.code, result.output).toBe(0);
  expect(result.stdout).toContain("cluster e2e is healthy");
  return result;
}

describe("the certificates of a local cluster", { concurrent: false, timeout: STEP_MS }, () => {
  test("are made again where they are missing, without a restart", async () => {
    const before = project.pids();
    const { certFile, keyFile } = layout.server("etcd-1");
    rmSync(at(certFile));
    rmSync(at(keyFile));
    const { stdout } = await up();
    expect(stdout).toContain("made a certificate and its key in pki/e2e\n");
    expect(stdout).toContain("No changes.");
    expect(project.pids()).toEqual(before);
  });

  test("are named when the operator's are missing, with the command that makes them", async () => {
    const { certFile, keyFile } = layout.client(OPERATOR);
    rmSync(at(certFile));
    rmSync(at(keyFile));
    const { code, stderr, stdout } = await project.run(["verify"]);
    expect(code).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toContain(`cannot read the client certificate ${certFile}: there is no such file`);
    expect(stderr).toContain(`cannot read the key of the client certificate ${keyFile}`);
    expect(stderr).toContain("cdktf-etcd pki issue --client operator");

    expect((await project.run(["pki", "issue", "--client", "operator"])).code).toBe(0);
    expect((await project.run(["verify", "--skip", "lease-expires"])).code).toBe(0);
  });

  test("are trusted by the members again after the CAs were exchanged, by one restart", async () => {
    const before = project.pids();
    renameSync(at("pki"), at("pki-before"));
    const { stdout } = await up();
    expect(stdout).toContain("made 9 certificates and their keys in pki/e2e\n");
    const after = project.pids();
    for (const [name, pid] of Object.entries(after)) expect(pid).not.toBe(before[name]);
    const old = ["--cert", `pki-before/${layout.client(OPERATOR).certFile.slice("pki/".length)}`];
    const oldKey = ["--key", `pki-before/${layout.client(OPERATOR).keyFile.slice("pki/".length)}`];
    const stranger = await project.run(["verify", ...old, ...oldKey]);
    expect(stranger.code, stranger.output).toBe(1);

    expect((await up()).stdout).toContain("No changes.");
    expect(project.pids()).toEqual(after);
  });
});

test(
  "with tls: false there are none: the cluster speaks plain HTTP, and its data stays with that",
  async () => {
    const plain = await CliProject.create({ name: "plain", tls: false, members: 1 });
    const first = await plain.run(["up"]);
    expect(first.code, first.output).toBe(0);
    expect(first.stdout).toContain(`| http://127.0.0.1:${plain.firstPort} |`);
    expect(plain.created()).not.toContain("pki");
    expect((await plain.run(["verify", "--skip", "lease-expires"])).code).toBe(0);
    expect((await plain.etcdctl(["endpoint", "health"])).code).toBe(0);

    const before = plain.pids();
    await plain.define({ members: 1 });
    const refused = await plain.run(["up"]);
    expect(refused.code, refused.output).toBe(4);
    expect(refused.stderr).toContain("(tls: false in it keeps plain HTTP)");
    expect(plain.pids()).toEqual(before);

    const down = await plain.run(["down", "--delete-data"]);
    expect(down.code, down.output).toBe(0);
    expect(down.stdout).not.toContain("pki");
  },
  STEP_MS,
);
