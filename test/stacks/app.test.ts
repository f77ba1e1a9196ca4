import { access, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writeBuild } from "../support/built-package";
import { Project } from "./run";

const DEFINITION = "name: demo\ntls: false\naws: { region: eu-central-1 }\n";
const WITH_CERTIFICATES = "name: demo\naws: { region: eu-central-1 }\n";
const PROVIDER = "@cdktf/provider-aws";

let project: Project;
beforeEach(async () => {
  project = await Project.create(DEFINITION);
});
afterEach(() => project.remove());

describe("the app that cdktf.json starts", () => {
  test("writes the aws stack alone when nobody says otherwise", async () => {
    const { exitCode, stderr } = await project.run("bin/app.ts");
    expect(exitCode, stderr).toBe(0);
    expect(await project.stacks()).toEqual(["demo-aws"]);
  });

  test.each([
    ["TARGET", DEFINITION, { TARGET: "local" }, "demo-local"],
    ["the definition", `${DEFINITION}target: local\n`, {}, "demo-local"],
    ["TARGET rather than by the definition", `${DEFINITION}target: local\n`, { TARGET: "aws" }, "demo-aws"],
  ])("writes only the stack that is chosen by %s", async (_, definition, env, stack) => {
    await project.write("cluster.yaml", definition);
    const { exitCode, stderr } = await project.run("bin/app.ts", [], env);
    expect(exitCode, stderr).toBe(0);
    expect(await project.stacks()).toEqual([stack]);
  });

  test("takes another definition by CLUSTER and another folder by CDKTF_OUTDIR, and stays relative", async () => {
    await project.write("other.yaml", "name: other\n");
    const env = { CLUSTER: "other.yaml", TARGET: "local", CDKTF_OUTDIR: join(project.folder, "elsewhere") };
    const { exitCode, stderr } = await project.run("bin/app.ts", [], env);
    expect(exitCode, stderr).toBe(0);
    const text = await project.stackText("other-local", "elsewhere");
    expect(text).not.toContain(project.folder);
    expect(text).not.toContain(`"${process.cwd()}`);
    expect(JSON.parse(text)).toMatchObject({
      terraform: { backend: { local: { path: "../../../terraform.other-local.tfstate" } } },
    });
    expect(text).toContain('"working_dir": "../../.."');
  });

  test("writes the same text again, byte for byte", async () => {
    await project.run("bin/app.ts");
    const first = await project.stackText("demo-aws");
    await project.run("bin/app.ts");
    expect(await project.stackText("demo-aws")).toBe(first);
  });

  test("refuses a wrong definition without a stack trace, and writes nothing", async () => {
    await project.write("cluster.yaml", "name: demo\nmembers: 4\naws: { region: eu-central-1 }\n");
    const { exitCode, stderr } = await project.run("bin/app.ts");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("cluster.yaml:2:");
    expect(stderr).not.toMatch(/\n\s+at /);
    await expect(access(join(project.folder, "cdktf.out"))).rejects.toThrow("ENOENT");
  });

  test("refuses to go on without certificates, says how to get them, and then takes them", async () => {
    await project.write("cluster.yaml", WITH_CERTIFICATES);
    const refused = await project.run("bin/app.ts");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("there are no certificates for demo yet");
    expect(refused.stderr).toContain("cdktf-etcd pki init");
    expect(refused.stderr).not.toMatch(/\n\s+at /);
    expect(await project.stacks()).toEqual([]);

    const init = await project.run("bin/cdktf-etcd.ts", ["pki", "init"], { TARGET: "aws" });
    expect(init.exitCode, init.stderr).toBe(0);
    const taken = await project.run("bin/app.ts");
    expect(taken.exitCode, taken.stderr).toBe(0);
    expect(await project.stackText("demo-aws")).toContain(
      '"source": "../../../pki/demo/members/etcd-0/server.key"',
    );
  });

  test("needs no terraform on PATH and asks nothing of AWS", async () => {
    const { exitCode, stderr } = await project.run("bin/app.ts", [], {
      PATH: project.folder,
      AWS_PROFILE: "none",
    });
    expect(exitCode, stderr).toBe(0);
  });
});

describe("what is loaded", () => {
  const build = resolve("node_modules", ".cache", `test-build-${process.pid}`);
  beforeAll(() => writeBuild(build));
  afterAll(() => rm(build, { recursive: true, force: true }));

  const packagesOf = (files: readonly string[]) =>
    new Set(
      files
        .map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1])
        .filter((name) => name !== undefined),
    );

  test("for aws: single modules of the provider's bindings, never their index", async () => {
    await project.write("cluster.yaml", WITH_CERTIFICATES);
    await project.runNode([join(build, "bin", "cdktf-etcd.js"), "pki", "init"], { TARGET: "aws" });
    const { exitCode, stderr, loaded } = await project.runNode([join(build, "bin", "app.js")]);
    expect(exitCode, stderr).toBe(0);
    expect([...packagesOf(loaded)]).toEqual(
      expect.arrayContaining(["cdktf", "constructs", PROVIDER, "handlebars"]),
    );
    expect(loaded.filter((file) => file.includes(`${PROVIDER}/lib/instance/`))).not.toEqual([]);
    expect(loaded.filter((file) => /provider-aws\/lib\/(index|lazy-index)\.js$/.test(file))).toEqual([]);
    for (const name of ["etcd3", "@peculiar/x509"]) expect([...packagesOf(loaded)]).not.toContain(name);
  });

  test("for local: no provider, and none of what starts etcd", async () => {
    const { loaded } = await project.runNode([join(build, "bin", "app.js")], { TARGET: "local" });
    const packages = [...packagesOf(loaded)];
    expect(packages).toContain("cdktf");
    for (const name of [PROVIDER, "handlebars", "etcd3", "tar"]) expect(packages).not.toContain(name);
  });

  test.each([["status"], ["verify"]])(
    "by %s: etcd3, and nothing that reads definitions or builds stacks",
    async (command) => {
      const { loaded } = await project.runNode([
        join(build, "bin", "cdktf-etcd.js"),
        command,
        "--endpoints",
        "http://127.0.0.1:1",
      ]);
      const packages = [...packagesOf(loaded)];
      expect(loaded).toContain(join(build, "lib", "client", "etcd3.js"));
      for (const name of ["cdktf", "constructs", PROVIDER, "zod", "yaml"])
        expect(packages).not.toContain(name);
    },
  );
});
