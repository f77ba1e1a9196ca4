/** What npm ships, packed and unpacked again, in a project of somebody else. */
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { extract } from "tar";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProgram, type ProgramResult } from "../../lib/local/run-program";
import { writeBuild } from "../support/built-package";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";

const TSC = resolve("node_modules/typescript/bin/tsc");
const CLI = "node_modules/cdktf-etcd/dist/bin/cdktf-etcd.js";

let cluster: RawCluster;
let project: string;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-package-"));
  project = join(folder, "project");
  await symlinkPackages();
  await unpack(await pack(join(folder, "package")));
  cluster = await RawCluster.start({ binaries: await defaultEtcd() });
});
afterAll(async () => {
  await cluster?.stop();
  await rm(join(project, ".."), { recursive: true });
});

/** All that is installed here, each package by a link of its own, so that a test can put another one in its place. */
async function symlinkPackages(): Promise<void> {
  await mkdir(join(project, "node_modules"), { recursive: true });
  for (const name of await readdir("node_modules"))
    await symlink(resolve("node_modules", name), join(project, "node_modules", name));
}

async function pack(folder: string): Promise<string> {
  await mkdir(folder);
  await writeBuild(join(folder, "dist"));
  const { files } = JSON.parse(await readFile("package.json", "utf8")) as { files: string[] };
  const others = files.filter((file) => file !== "dist").map((file) => file.replace(/\/\*.*$/, ""));
  for (const file of ["package.json", "README.md", "LICENSE", ...others])
    await cp(file, join(folder, file), { recursive: true });
  const { stdout } = await mustEnd("npm", ["pack", "--ignore-scripts", "--json"], folder);
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  return join(folder, packed.filename);
}

async function unpack(tarball: string): Promise<void> {
  const installed = join(project, "node_modules", "cdktf-etcd");
  await mkdir(installed);
  await extract({ file: tarball, cwd: installed, strip: 1 });
}

async function mustEnd(file: string, args: readonly string[], cwd = resolve(".")): Promise<ProgramResult> {
  const result = await runProgram(file, args, { cwd });
  expect(result.exitCode, `${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}

const verifyArgs = (): string[] => [
  "verify",
  "--endpoints",
  cluster.endpoints.join(","),
  "--skip",
  "lease-expires",
];

test("the command line verifies a cluster", async () => {
  const { stdout } = await mustEnd(process.execPath, [CLI, ...verifyArgs(), "--output", "json"], project);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: "healthy" });
});

test("asking endpoints loads nothing that reads definitions, nor parses .proto files", async () => {
  const list = join(project, "list.cjs");
  await writeFile(
    list,
    'process.on("exit", () => process.stderr.write(Object.keys(require.cache).join("\\n")));\n',
  );
  const { stderr } = await mustEnd(process.execPath, ["--require", list, CLI, ...verifyArgs()], project);
  const loaded = stderr
    .split("\n")
    .map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  expect(loaded).toContain("@grpc/grpc-js");
  for (const name of ["zod", "yaml", "cdktf", "handlebars", "execa", "@grpc/proto-loader"])
    expect(loaded).not.toContain(name);
});

test.each([
  ["require", "main.cjs", 'const { verify } = require("cdktf-etcd/verification");'],
  ["import", "main.mjs", 'import { verify } from "cdktf-etcd/verification";'],
])("an application verifies a cluster with %s()", async (_, file, load) => {
  const options = JSON.stringify({ endpoints: cluster.endpoints, skip: ["lease-expires"] });
  await writeFile(
    join(project, file),
    `${load}\nvoid verify(${options}).then(({ verdict }) => { console.log(verdict); process.exit(0); });\n`,
  );
  expect((await mustEnd(process.execPath, [file], project)).stdout).toBe("healthy");
});

test("its errors are the errors of the package, whichever way they come", async () => {
  await writeFile(
    join(project, "errors.cjs"),
    `const { verify } = require("cdktf-etcd/verification");
     const { UsageError } = require("cdktf-etcd");
     void verify({ endpoints: ["nonsense"] }).catch((error) => { console.log(error instanceof UsageError); process.exit(0); });\n`,
  );
  expect((await mustEnd(process.execPath, ["errors.cjs"], project)).stdout).toBe("true");
});

test("says whose code it contains, and under which licence", async () => {
  const folder = join(project, "node_modules", "cdktf-etcd", "dist", "lib", "client");
  const licences = await readFile(join(folder, "LICENSES.txt"), "utf8");
  expect(licences).toMatch(/etcd3 \d+\.\d+\.\d+ \(MIT\)/);
  expect(licences).toContain("Permission is hereby granted");
});

test("an etcd3 other than the one copied at build time is used as it is installed", async () => {
  const place = join(project, "node_modules", "etcd3");
  await rm(place);
  try {
    await mkdir(place);
    await writeFile(
      join(place, "package.json"),
      '{ "name": "etcd3", "version": "99.0.0", "main": "index.js" }',
    );
    await writeFile(join(place, "index.js"), 'throw new Error("the etcd3 installed");\n');
    const { stderr } = await runProgram(process.execPath, [CLI, ...verifyArgs()], { cwd: project });
    expect(stderr).toContain("the etcd3 installed");
  } finally {
    await rm(place, { recursive: true });
    await symlink(resolve("node_modules", "etcd3"), place);
  }
});

test("an application registers and discovers a service with what is imported or required, and they are the same", async () => {
  await writeFile(
    join(project, "discovery.mjs"),
    `import { createRequire } from "node:module";
     import * as imported from "cdktf-etcd/discovery";
     const required = createRequire(import.meta.url)("cdktf-etcd/discovery");
     const different = Object.keys(required).filter((name) => required[name] !== imported[name]);
     const registry = new imported.ServiceRegistry({ endpoints: ${JSON.stringify(cluster.endpoints)} });
     const registration = registry.register({ service: "packed", instance: "1", endpoint: "http://here" });
     await registration.ready();
     const { instances } = await registry.discover("packed").ready();
     await registry.close();
     console.log(JSON.stringify({ different, endpoints: instances.map(({ endpoint }) => endpoint) }));\n`,
  );
  const { stdout } = await mustEnd(process.execPath, ["discovery.mjs"], project);
  expect(JSON.parse(stdout)).toEqual({ different: [], endpoints: ["http://here"] });
});

test.each([
  ["require", "loads.cjs", 'require("cdktf-etcd/discovery");'],
  ["import", "loads.mjs", 'import "cdktf-etcd/discovery";'],
])("discovery loads no other package by %s()", async (_, file, load) => {
  await writeFile(join(project, file), `${load}\n`);
  const list = join(project, "list-packages.cjs");
  await writeFile(
    list,
    'process.on("exit", () => console.log(JSON.stringify(Object.keys(require.cache))));\n',
  );
  const { stdout } = await mustEnd(process.execPath, ["--require", list, file], project);
  const packages = (JSON.parse(stdout) as string[]).map(
    (name) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1],
  );
  expect([...new Set(packages.filter((name) => name !== undefined))]).toEqual(["cdktf-etcd"]);
});

test.each([
  ['import { roundRobin as used } from "cdktf-etcd/discovery";', 4, false],
  ['import { ServiceRegistry as used } from "cdktf-etcd/discovery";', Infinity, true],
])("a bundler takes what is used of discovery: %s", async (line, limitKiB, hasRegistration) => {
  const entry = join(project, "bundled.mjs");
  await writeFile(entry, `${line}\nconsole.log(typeof used);\n`);
  const { outputFiles } = await build({
    entryPoints: [entry],
    absWorkingDir: project,
    bundle: true,
    packages: "bundle",
    platform: "node",
    format: "esm",
    external: ["etcd3", "cockatiel", "@grpc/*"],
    write: false,
    logLevel: "silent",
  });
  const text = outputFiles[0]!.text;
  expect(text.length / 1024).toBeLessThan(limitKiB);
  expect(text.includes("Registration")).toBe(hasRegistration);
});

const BANNER = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
/** All that cdktf-etcd/discovery needs. */
const PACKAGES = ["etcd3", "cockatiel", "@grpc/grpc-js", "protobufjs", "bignumber.js"];

test.each([
  ["CommonJS with all in it", { format: "cjs" }],
  ["an ES module with all in it, and require() by a banner", { format: "esm", banner: { js: BANNER } }],
  ["CommonJS with packages outside", { format: "cjs", external: PACKAGES }],
  ["an ES module with packages outside", { format: "esm", external: PACKAGES }],
  [
    "an ES module with those outside that require",
    { format: "esm", external: ["@grpc/grpc-js", "protobufjs"] },
  ],
] as const)("an application that is bundled registers and discovers a service: %s", async (_, options) => {
  const entry = join(project, "application.mjs");
  await writeFile(
    entry,
    `import { ServiceRegistry } from "cdktf-etcd/discovery";
     const registry = new ServiceRegistry({ endpoints: ${JSON.stringify(cluster.endpoints)} });
     const registration = registry.register({ service: "bundled", instance: "1", endpoint: "http://here" });
     registration.ready()
       .then(() => registry.discover("bundled").ready())
       .then(({ instances }) => { console.log(instances.map(({ endpoint }) => endpoint).join()); return registry.close(); });\n`,
  );
  // Where no package is installed, unless some are left outside.
  const folder = "external" in options ? project : await mkdtemp(join(tmpdir(), "cdktf-etcd-bundle-"));
  const outfile = join(folder, options.format === "cjs" ? "bundle.cjs" : "bundle.mjs");
  const external = "external" in options ? [...options.external] : [];
  await build({
    ...options,
    external,
    entryPoints: [entry],
    absWorkingDir: project,
    outfile,
    bundle: true,
    platform: "node",
    logLevel: "silent",
  });
  expect((await mustEnd(process.execPath, [outfile], folder)).stdout).toBe("http://here");
  if (folder !== project) await rm(folder, { recursive: true });
});

const TYPED = {
  verification: `import { verify, type VerificationReport } from "cdktf-etcd/verification";
     export const report: Promise<VerificationReport> = verify({ endpoints: ["http://127.0.0.1:2379"] });\n`,
  discovery: `import { roundRobin, ServiceRegistry, type Change, type ServiceInstance } from "cdktf-etcd/discovery";
     interface Weighted { readonly weight: number }
     const schema = { parse: (metadata: unknown): Weighted => metadata as Weighted };
     export async function weightOf(registry: ServiceRegistry): Promise<number | undefined> {
       const discovery = registry.discover("a", { schema });
       discovery.on("change", ({ type, instance }: Change<Weighted>) => console.log(type, instance.metadata.weight));
       const { instances } = await discovery.ready({ timeoutMs: 1000 });
       const picked: ServiceInstance<Weighted> | undefined = roundRobin().pick(instances);
       return picked?.metadata.weight;
     }\n`,
};

test.each([
  ["node16", "node16", ["cts", "mts"]],
  ["nodenext", "nodenext", ["mts"]],
  ["esnext", "bundler", ["ts"]],
] as const)(
  "the types of verification and discovery resolve with --module %s and --moduleResolution %s, in %s",
  async (module, resolution, extensions) => {
    const files = extensions.flatMap((extension) =>
      Object.entries(TYPED).map(([name, text]) => ({ file: `${name}.${extension}`, text })),
    );
    for (const { file, text } of files) await writeFile(join(project, file), text);
    const options = ["--module", module, "--moduleResolution", resolution, "--target", "es2022", "--strict"];
    const names = files.map(({ file }) => file);
    await mustEnd(process.execPath, [TSC, ...options, "--types", "node", "--noEmit", ...names], project);
  },
);
