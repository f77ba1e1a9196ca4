#!/usr/bin/env node
"use strict";
/**
 * Starts a TypeScript program of this checkout: node bin/run.js FILE.ts [ARGUMENT...]
 *
 * The program and all that it imports is bundled into one file in node_modules/.cache, once per change (0.3 s): loading one
 * file takes half the time of loading 1500, which is what a start otherwise consists of (npm run bench). What npm ships
 * is bundled already (.config/build/build.mjs).
 */
const { createHash, randomUUID } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const cache = path.join(root, "node_modules", ".cache", "cdktf-etcd");
const entry = path.resolve(process.argv[2] ?? "");
const record = path.join(cache, `${createHash("sha256").update(entry).digest("hex").slice(0, 16)}.json`);
/** Changes with every installed package; the files of packages themselves are too many to look at. */
const INSTALLED = path.join(root, "node_modules", ".package-lock.json");
/** What makes the bundle. */
const MAKERS = [
  __filename,
  ...["etcd3.js", "messages.js"].map((file) => path.join(root, ".config", "build", file)),
];
const KEPT_MS = 60 * 60 * 1000;

const fresh = freshBundle();
if (fresh === undefined) void makeBundle().then(start);
else start(fresh);

function start(bundle) {
  process.argv.splice(1, 2, entry);
  require(bundle);
}

/** The bundle of the last start, if no file that went into it changed since. */
function freshBundle() {
  try {
    const { file, inputs } = JSON.parse(fs.readFileSync(record, "utf8"));
    const isFresh = Object.entries(inputs).every(([input, version]) => versionOf(input) === version);
    return isFresh && fs.existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

async function makeBundle() {
  const began = Date.now();
  const { metafile, outputFiles } = await build();
  const sources = Object.keys(metafile.inputs).filter((input) => !/^[\w-]+:/.test(input));
  const own = sources
    .map((input) => path.resolve(root, input))
    .filter((input) => !input.includes(`${path.sep}node_modules${path.sep}`));
  const inputs = Object.fromEntries(
    [...own, INSTALLED, ...MAKERS].map((input) => [input, versionOf(input, began)]),
  );
  const [{ contents, hash }] = outputFiles;
  const file = path.join(cache, `${path.basename(entry, ".ts")}-${hash.replace(/\W/g, "")}.js`);
  fs.mkdirSync(cache, { recursive: true });
  removeOld();
  writeWhole(file, contents);
  writeWhole(record, JSON.stringify({ entry, file, inputs }));
  return file;
}

async function build() {
  const esbuild = require("esbuild");
  const etcd3 = require("../.config/build/etcd3.js");
  try {
    return await esbuild.build({
      entryPoints: [entry],
      absWorkingDir: root,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      metafile: true,
      write: false,
      outdir: cache,
      logLevel: "error",
      plugins: [
        etcd3.plugin(),
        { name: "places", setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, withPlace) },
      ],
    });
  } catch {
    // esbuild has said on stderr what is wrong, with file and line.
    process.exit(70);
  } finally {
    await esbuild.stop();
  }
}

/** In one bundle of many files, each still finds what lies beside it. */
function withPlace({ path: file }) {
  const source = fs.readFileSync(file, "utf8");
  if (!/\b__(dir|file)name\b/.test(source)) return undefined;
  const place = `const __dirname = ${JSON.stringify(path.dirname(file))}, __filename = ${JSON.stringify(file)};`;
  return { contents: source.replace(/^(#!.*\n)?/, (shebang) => `${shebang}${place}`), loader: "ts" };
}

/** Which state of a file this is; none that a later look could find again if it changed while it was being read. */
function versionOf(file, readSince = Infinity) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return "none";
  return stat.mtimeMs >= readSince ? "changed meanwhile" : `${stat.mtimeMs} ${stat.size}`;
}

/** Several starts may come here at once; none may see half a file. */
function writeWhole(file, contents) {
  const unfinished = `${file}.${randomUUID()}`;
  fs.writeFileSync(unfinished, contents);
  fs.renameSync(unfinished, file);
}

/** What no program needs any more; a start that has just read an old record may still be about to load its bundle. */
function removeOld() {
  const files = fs.readdirSync(cache).map((name) => path.join(cache, name));
  const records = files.filter((file) => file.endsWith(".json")).flatMap(readRecord);
  for (const gone of records.filter(({ program }) => !fs.existsSync(program)))
    fs.rmSync(gone.record, { force: true });
  const named = new Set(records.map(({ bundle: file }) => file));
  for (const file of files.filter((name) => name.endsWith(".js"))) {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > KEPT_MS && !named.has(file))
      fs.rmSync(file, { force: true });
  }
}

function readRecord(file) {
  try {
    const { entry: program, file: bundleFile } = JSON.parse(fs.readFileSync(file, "utf8"));
    return [{ record: file, program, bundle: bundleFile }];
  } catch {
    // Another start has just removed it.
    return [];
  }
}
