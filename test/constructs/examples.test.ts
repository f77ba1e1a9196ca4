import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../../lib/local/run-program";
import { AWS_PROVIDER_VERSIONS } from "../../lib/stacks/aws-stack";
import { writeBuild } from "../support/built-package";
import { Terraform, TERRAFORM_TIMEOUT_MS } from "../support/terraform";

const LOADER = resolve("bin/run.js");
const TSC = resolve("node_modules/typescript/bin/tsc");

let folder: string;
let terraform: Terraform;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-examples-"));
  terraform = await Terraform.create();
});
afterAll(async () => {
  await terraform.remove();
  await rm(folder, { recursive: true });
});

async function node(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout, stderr, exitCode } = await runProgram(process.execPath, args, {
    cwd,
    env: { ...process.env, CDKTF_OUTDIR: "cdktf.out", ...env },
  });
  expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

async function onlyStackFolder(project: string): Promise<string> {
  const stacks = join(project, "cdktf.out", "stacks");
  const names = await readdir(stacks);
  expect(names).toHaveLength(1);
  return join(stacks, names[0] ?? "");
}

/** The bindings ask for exactly the release that they were made from, which need not be the one on this machine. */
async function takeAnyProvider(stack: string): Promise<void> {
  const file = join(stack, "cdk.tf.json");
  const json = JSON.parse(await readFile(file, "utf8")) as {
    terraform: { required_providers: { aws: { version: string } } };
  };
  json.terraform.required_providers.aws.version = AWS_PROVIDER_VERSIONS;
  await writeFile(file, JSON.stringify(json));
}

describe("every example", async () => {
  const examples = (await readdir("examples")).filter((file) => file.endsWith(".ts"));

  test("is in the table of their README", async () => {
    const readme = await readFile("examples/README.md", "utf8");
    expect(examples).not.toEqual([]);
    for (const example of examples) expect(readme).toContain(`(${example})`);
  });

  test.each(examples)(
    "%s synthesizes, and the real provider has nothing to say about it",
    async (example) => {
      const project = join(folder, basename(example, ".ts"));
      await mkdir(project);
      await node([LOADER, resolve("examples", example), "certificates"], project);
      await node([LOADER, resolve("examples", example)], project);
      const stack = await onlyStackFolder(project);
      await takeAnyProvider(stack);
      expect(await terraform.validate(stack)).toEqual([]);
    },
    2 * TERRAFORM_TIMEOUT_MS,
  );
});

describe("in a project that has the package installed", () => {
  let project: string;
  let installed: string;

  beforeAll(async () => {
    project = join(folder, "installed");
    installed = join(project, "node_modules", "cdktf-etcd");
    await mkdir(installed, { recursive: true });
    for (const name of await readdir("node_modules"))
      await symlink(resolve("node_modules", name), join(project, "node_modules", name));
    const manifest = JSON.parse(await readFile("package.json", "utf8")) as { files: string[] };
    await writeBuild(join(installed, "dist"));
    await cp("package.json", join(installed, "package.json"));
    // Only what the package says it ships, so that a template left out of the list is missed here.
    for (const entry of manifest.files.filter((file) => file !== "dist" && existsSync(file))) {
      await cp(entry, join(installed, entry), { recursive: true });
    }
    await cp("examples/existing-vpc.ts", join(project, "main.ts"));
  }, 2 * TERRAFORM_TIMEOUT_MS);

  test(
    "an application compiles in strict mode against the package's types",
    async () => {
      const compilerOptions = {
        target: "es2022",
        module: "node16",
        strict: true,
        exactOptionalPropertyTypes: true,
        types: ["node"],
      };
      await writeFile(
        join(project, "tsconfig.json"),
        JSON.stringify({ compilerOptions, files: ["main.ts"] }),
      );
      await writeFile(join(project, "package.json"), "{}");
      await node([TSC, "-p", "."], project);
    },
    TERRAFORM_TIMEOUT_MS,
  );

  test("an application runs, and its deploy calls programs that are there", async () => {
    await node(["main.js", "certificates"], project);
    await node(["main.js"], project);
    const text = await readFile(join(await onlyStackFolder(project), "cdk.tf.json"), "utf8");
    const program = "node_modules/cdktf-etcd/dist/bin/cdktf-etcd.js";
    for (const args of ["verify --post-deploy", "aws fetch-tarball"])
      expect(text.split(`"command": "node ${program} ${args}"`)).toHaveLength(2);
    expect(await node([program, "verify", "--help"], project)).toContain("--post-deploy");
    expect(await node([program, "aws", "fetch-tarball", "--help"], project)).toContain("tarball");
  });

  test("an application writes the same text from another folder, with other keys", async () => {
    await node(["main.js", "certificates"], project);
    await node(["main.js"], project);
    const copy = join(folder, "somewhere", "else");
    await mkdir(copy, { recursive: true });
    await cp(join(project, "main.js"), join(copy, "main.js"));
    await symlink(join(project, "node_modules"), join(copy, "node_modules"));
    // As npm would have it: Node must not see through the link, or the package would be somewhere else.
    const args = ["--preserve-symlinks", "--preserve-symlinks-main", "main.js"];
    await node([...args, "certificates"], copy);
    await node(args, copy);
    const [here, there] = await Promise.all(
      [project, copy].map(async (at) => readFile(join(await onlyStackFolder(at), "cdk.tf.json"), "utf8")),
    );
    expect(there).toBe(here);
    expect(there).not.toContain(folder);
  });
});
