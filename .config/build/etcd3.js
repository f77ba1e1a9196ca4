"use strict";
/**
 * Puts etcd3 into a bundle, with its messages prepared (messages.js): half of what loading it costs otherwise.
 *
 * Only etcd3's own code is copied, whose last release is of 2023. What it needs – above all gRPC, which gets security fixes – is still
 * what npm installed for it, found from etcd3's own folder; and if npm installed another etcd3 than the one copied, that one is used.
 */
const fs = require("node:fs");
const { createRequire, isBuiltin } = require("node:module");
const path = require("node:path");
const { messagesSource } = require("./messages.js");

const folder = path.dirname(require.resolve("etcd3/package.json"));
const entry = path.join(folder, "lib", "index.js");
const loader = createRequire(entry).resolve("@grpc/proto-loader");
const COPY = "copy-of-etcd3";
const MESSAGES = "etcd-messages";
const INSTALLED = "installed-for-etcd3";
const IMPORTED = "imported-for-etcd3";

/**
 * An esbuild plugin.
 *
 * @param apart where the copy will be, if it is a bundle of its own
 */
const plugin = (apart) => ({
  name: "etcd3",
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /[/\\]load-etcd3\.ts$/ }, ({ path: file }) => ({
      contents: preferCopy(fs.readFileSync(file, "utf8")),
      loader: "ts",
    }));
    onResolve({ filter: new RegExp(`^${COPY}$`) }, () =>
      apart === undefined ? { path: entry } : { path: apart, external: true },
    );
    onResolve({ filter: /^[^./]/ }, ({ path: name, importer, namespace }) => {
      const isNeeded = namespace === MESSAGES || importer.startsWith(folder + path.sep);
      if (!isNeeded || isBuiltin(name)) return undefined;
      return name === "@grpc/proto-loader"
        ? { path: name, namespace: MESSAGES }
        : { path: name, namespace: INSTALLED };
    });
    onLoad({ filter: /./, namespace: MESSAGES }, () => ({ contents: messagesSource(folder) }));
    onLoad({ filter: /./, namespace: INSTALLED }, ({ path: name }) => ({ contents: installed(name) }));
  },
});

/**
 * For a copy that is an ES module, with all that it needs imported: a bundler that makes one cannot take along what is required.
 */
const importing = {
  name: "etcd3-importing",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path: name, namespace }) => {
      if (namespace === IMPORTED) return { path: name, external: true };
      return { path: name, namespace: name === "@grpc/proto-loader" ? MESSAGES : IMPORTED };
    });
    onLoad({ filter: /./, namespace: MESSAGES }, () => ({ contents: messagesSource(folder) }));
    onLoad({ filter: /./, namespace: IMPORTED }, ({ path: name }) => ({ contents: imported(name) }));
  },
};

/** The copy is for the release that it was made of. */
function preferCopy(source) {
  const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  const found = 'lazyRequire("etcd3")';
  if (!source.includes(found)) throw new Error(`load-etcd3.ts does not say ${found}`);
  const isSame = `(lazyRequire("etcd3/package.json") as { version: string }).version === ${JSON.stringify(version)}`;
  return source.replace(found, `(${isSame} ? require("${COPY}") : ${found})`);
}

/** Required from where it was installed for: npm and pnpm put packages of packages in different places. */
function installed(name) {
  const finder = name.startsWith("protobufjs/") ? 'ofEtcd3.resolve("@grpc/proto-loader")' : undefined;
  return `
    const { createRequire } = require("node:module");
    const ofEtcd3 = createRequire(createRequire(__filename).resolve("etcd3"));
    module.exports = ${finder === undefined ? "ofEtcd3" : `createRequire(${finder})`}(${JSON.stringify(name)});`;
}

/** By default, as Node finds not all names in CommonJS; bundlers that take `__esModule` at its word have no default then, and all names. */
function imported(name) {
  const require = createRequire(name.startsWith("protobufjs/") ? loader : entry);
  const names = Object.keys(require(name)).filter((key) => key !== "default" && /^[A-Za-z]\w*$/.test(key));
  // Node's ES modules want the whole name of a file.
  const file = name === "protobufjs/minimal" ? `${name}.js` : name;
  return [
    `import * as imported from ${JSON.stringify(file)};`,
    "const all = imported.default ?? imported;",
    "export default all.default ?? all;",
    ...names.map((key) => `const { ${key}: own_${key} } = all; export { own_${key} as ${key} };`),
  ].join("\n");
}

module.exports = { entry, plugin, importing };
