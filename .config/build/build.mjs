/**
 * Makes what npm ships: dist/.
 *
 * - lib/index.ts and bin/app.ts, which load CDKTF, as tsc writes them;
 * - the command line and `cdktf-etcd/verification` as one file each: reading a hundred small ones is half of what a start costs
 *   (`npm run bench`). Packages stay outside, so that npm can update them;
 * - `cdktf-etcd/discovery` as tsc writes it, a file for every idea, so that a bundler takes only those that are used; and one ES module
 *   that names what is in them;
 * - the same once more for bundlers, in dist/bundlers/: ES modules that import what is loaded late elsewhere.
 */
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import etcd3 from "./etcd3.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
/** Elsewhere for tests, beside a node_modules of theirs. */
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", join(root, ".config/tsconfig.build.json"), "--outDir", dist], {
  stdio: "inherit",
});

const VERIFICATION = "lib/verification/index";
const CLI = "bin/cdktf-etcd";
/** Shared with what tsc writes: `instanceof` needs one class, not two. */
const ERRORS = "lib/errors";
const CLIENT = "lib/client/index";
const DISCOVERY = "lib/discovery/index";

removeScripts(join(dist, "lib/client"));
const copied = await bundle(etcd3.entry, "lib/client/etcd3", [etcd3.plugin()]);
writeFileSync(join(dist, "lib/client/LICENSES.txt"), licencesOf(copied));
await bundle(`${CLIENT}.ts`, CLIENT, [keepApart([ERRORS], CLIENT), etcd3.plugin("./etcd3.js")]);
removeScripts(join(dist, "lib/verification"));
await bundle(`${VERIFICATION}.ts`, VERIFICATION, [keepApart([ERRORS, CLIENT], VERIFICATION)]);
await nameExports(DISCOVERY);
await modulesForBundlers();
await bundle(`${CLI}.ts`, CLI, [keepApart([ERRORS, CLIENT, VERIFICATION], CLI)]);
chmodSync(join(dist, `${CLI}.js`), 0o755);

/** @returns the files that went into it, from `root` */
async function bundle(entry, output, plugins) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(dist, `${output}.js`),
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "cjs",
    metafile: true,
    logLevel: "warning",
    plugins,
  });
  return Object.keys(metafile.inputs);
}

/**
 * Writes an ES module beside a CommonJS one, with nothing in it but where each export comes from. Whether it is imported or required: the
 * classes, and what they keep between them, are there once.
 */
async function nameExports(module) {
  const apart = {
    name: "apart",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, kind }) =>
        kind === "entry-point" ? undefined : { path: fileOf(path), external: true },
      );
    },
  };
  const fileOf = (name) =>
    existsSync(join(dist, dirname(module), `${name}.js`)) ? `${name}.js` : `${name}/index.js`;
  await build({
    absWorkingDir: root,
    entryPoints: [`${module}.ts`],
    outfile: join(dist, `${module}.mjs`),
    bundle: true,
    format: "esm",
    target: "node20",
    logLevel: "warning",
    plugins: [apart],
  });
  // TypeScript takes a .d.ts beside a .mjs for that of a CommonJS module.
  writeFileSync(join(dist, `${module}.d.mts`), 'export * from "./index.js";\n');
}

/** A file for every idea, so that a bundler takes only those that are used; what is loaded late elsewhere is imported. */
async function modulesForBundlers() {
  const outdir = join(dist, "bundlers");
  const esm = {
    absWorkingDir: root,
    outbase: root,
    outdir,
    bundle: true,
    platform: "node",
    target: "node20",
  };
  const modules = ["lib/discovery", "lib/client"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => `${folder}/${name}`),
  );
  const linked = {
    name: "linked",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /./ }, ({ path, resolveDir, kind }) => {
        if (kind === "entry-point") return undefined;
        const isFolder = path.startsWith(".") && existsSync(join(resolveDir, path, "index.ts"));
        const isModule = path.startsWith(".") && existsSync(join(resolveDir, `${path}.ts`));
        return { path: isModule ? `${path}.mjs` : isFolder ? `${path}/index.mjs` : path, external: true };
      });
      onLoad({ filter: /\.ts$/ }, ({ path }) => ({
        contents: importLate(readFileSync(path, "utf8")),
        loader: "ts",
      }));
    },
  };
  const written = { ...esm, format: "esm", outExtension: { ".js": ".mjs" }, logLevel: "warning" };
  const entryPoints = ["lib/errors.ts", ...modules.filter((name) => name.endsWith(".ts"))];
  await build({ ...written, entryPoints, plugins: [linked] });
  const { metafile } = await build({
    ...written,
    entryPoints: [{ in: etcd3.entry, out: "lib/client/etcd3" }],
    // It is only asked for files that are prepared here.
    define: { __dirname: '""' },
    metafile: true,
    plugins: [etcd3.importing],
  });
  writeFileSync(join(outdir, "lib/client/LICENSES.txt"), licencesOf(Object.keys(metafile.inputs)));
}

/** Whoever makes a bundle has chosen that all is loaded at once. */
function importLate(source) {
  const late = [...source.matchAll(/lazyRequire\("(\w+)"\)/g)].map(([, name]) => name);
  const imports = late.map((name) =>
    name === "etcd3" ? 'import etcd3 from "./etcd3.mjs";' : `import * as ${name} from "${name}";`,
  );
  return [...imports, source.replaceAll(/lazyRequire\("(\w+)"\)/g, "$1")].join("\n");
}

/** Leaves own modules outside, each required from where it lies in dist/. */
function keepApart(modules, by) {
  return {
    name: "apart",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
        const wanted = relative(root, join(resolveDir, path)).replace(/\.js$/, "");
        const module = modules.find((name) => name === wanted || name === `${wanted}/index`);
        return module === undefined
          ? undefined
          : { path: `./${relative(dirname(by), module)}.js`, external: true };
      });
    },
  };
}

/** The declarations stay: they are what TypeScript reads. */
function removeScripts(folder) {
  for (const name of readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".js")))
    rmSync(join(folder, name));
}

/** What the licences of copied packages ask for: their text beside the copy. */
function licencesOf(files) {
  const packages = new Set(
    files.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  return [...packages]
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      return `etcd3.js contains ${name} ${version} (${license}):\n\n${readFileSync(join(root, folder, "LICENSE"), "utf8")}`;
    })
    .join("\n\n");
}
