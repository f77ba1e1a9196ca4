import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { APP, CliProject } from "../support/cli";
import { cli } from "./in-process";

const DEFINITION = `name: rendered
members: 3
etcd:
  release: "3.5.21"
  settings: { quotaBackendBytes: 2GiB }
aws: { region: eu-central-1 }
`;

let project: CliProject;
beforeAll(async () => {
  project = await CliProject.createKept({ name: "rendered" });
  await project.write("cluster.yaml", DEFINITION);
});
afterAll(() => project.dispose());

beforeEach(() => {
  const before = process.cwd();
  process.chdir(project.folder);
  for (const name of ["CLUSTER", "TARGET"]) vi.stubEnv(name, undefined);
  return () => {
    vi.unstubAllEnvs();
    process.chdir(before);
  };
});

interface Synthesized {
  readonly resource: { readonly aws_instance: Record<string, { readonly user_data: string }> };
}

describe("render", () => {
  test("prints the very user data that is synthesized for a member", { timeout: 120_000 }, async () => {
    const command = ["node", ...APP].join(" ");
    await project.write(
      "cdktf.json",
      JSON.stringify({
        language: "typescript",
        app: command,
        projectId: "rendered",
        sendCrashReports: "false",
      }),
    );
    const certificates = await project.run(["pki", "init"]);
    expect(certificates.code, certificates.output).toBe(0);
    const synth = await project.cdktf(["synth"], { env: { TARGET: "aws" } });
    expect(synth.code, synth.output).toBe(0);

    const file = join(project.folder, "cdktf.out", "stacks", "rendered-aws", "cdk.tf.json");
    const { resource } = JSON.parse(readFileSync(file, "utf8")) as Synthesized;
    const userData = Object.values(resource.aws_instance).map((instance) => instance.user_data);
    expect(userData).toHaveLength(3);
    for (const member of ["etcd-0", "etcd-1", "etcd-2"]) {
      const { code, stdout, stderr } = await cli("render", member);
      expect(code, stderr).toBe(EXIT.ok);
      expect(stderr).toBe("");
      expect(stdout).toMatch(/^#cloud-config\n/);
      // In JSON that Terraform reads, "${" and "%{" stand doubled for themselves.
      expect(userData.map((text) => text.replaceAll("$${", "${").replaceAll("%%{", "%{"))).toContain(stdout);
    }
  });

  test("prints one file of the machine, as the user data writes it", async () => {
    const { code, stdout } = await cli("render", "etcd-1", "--file", "/etc/etcd/etcd.env");
    expect(code).toBe(EXIT.ok);
    expect(stdout).toContain("ETCD_NAME=etcd-1");
    expect(await cli("render", "etcd-1", "--file", "etcd.env")).toMatchObject({ stdout });
    const { stdout: userData } = await cli("render", "etcd-1");
    const files = (parse(userData) as { write_files: { path: string; content: string }[] }).write_files;
    expect(files.find(({ path }) => path === "/etc/etcd/etcd.env")?.content).toBe(stdout);
  });

  test("prints the env file of a local member", async () => {
    const { code, stdout, stderr } = await cli("render", "etcd-2", "--target", "local");
    expect(code).toBe(EXIT.ok);
    expect(stderr).toBe("");
    expect(stdout).toContain("ETCD_NAME=etcd-2");
    expect(stdout).toContain(`ETCD_DATA_DIR=${project.memberFolder("etcd-2").dataDir}\n`);
    expect(stdout).toContain("https://127.0.0.1:2399");
    const keyFile = join(process.cwd(), "pki/rendered/members/etcd-2/server.key");
    expect(stdout).toContain(`ETCD_KEY_FILE=${keyFile}\n`);
  });

  test("says for which release it rendered when the definition leaves that open", async () => {
    await project.write("open.yaml", "name: open\n");
    const { code, stdout, stderr } = await cli(
      "render",
      "etcd-0",
      "--target",
      "local",
      "--cluster",
      "open.yaml",
    );
    expect(code).toBe(EXIT.ok);
    expect(stderr).toMatch(/^the definition leaves the release open; rendered for \d+\.\d+\.\d+\n$/);
    expect(stdout).toContain("ETCD_NAME=etcd-0");
  });

  test("refuses a member that the definition does not have, and lists those it has", async () => {
    for (const target of ["aws", "local"]) {
      const { code, stdout, stderr } = await cli("render", "etcd-3", "--target", target);
      expect(code).toBe(EXIT.usage);
      expect(stdout).toBe("");
      expect(stderr).toBe('error: no member "etcd-3" in the definition; there are etcd-0, etcd-1, etcd-2\n');
    }
  });

  test("refuses a file that is not on the machine, and lists those that are", async () => {
    const { code, stderr } = await cli("render", "etcd-0", "--file", "/etc/passwd");
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain('no file "/etc/passwd" on that machine; there are ');
    expect(stderr).toContain("/etc/etcd/etcd.env");
  });
});
