import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Layers from the bottom up: each may import those before it (docs/architecture.md). */
const layers = ["cluster", "rendering", "pki", "downloads", "local", "constructs", "stacks", "cli"];

const layerZones = layers.slice(0, -1).map((layer, index) => ({
  target: `./lib/${layer}`,
  from: layers.slice(index + 1).map((higher) => `./lib/${higher}`),
  message: `lib/${layer} must not import from a layer above it: ${layers.toReversed().join(" > ")}, one direction only (docs/architecture.md).`,
}));

/** Packages that only one place may import, so that replacing one is a change in that place. */
const onlyIn = [
  {
    packages: /^handlebars$/,
    folders: ["lib/rendering"],
    reason: "templates are rendered in lib/rendering only",
  },
  {
    packages: /^(cdktf|constructs|@cdktf)(\/|$)/,
    folders: ["lib/constructs", "lib/stacks", "examples"],
    reason:
      "CDKTF stays inside lib/constructs and lib/stacks: the rest must work without it, and a move to its successor must be a rename there",
  },
  {
    packages: /^(etcd3|cockatiel)(\/|$)/,
    folders: ["lib/client", "lib/verification", "lib/discovery"],
    reason: "etcd3 stays behind lib/client, which verification and discovery build on",
  },
  {
    packages: /^(@peculiar\/x509|reflect-metadata)(\/|$)/,
    folders: ["lib/pki"],
    reason: "certificates are made in lib/pki only",
  },
  { packages: /^commander$/, folders: ["lib/cli"], reason: "the command line is lib/cli's" },
];

const restricted = (folder) => ({
  patterns: [
    {
      regex: "^@cdktf/provider-aws(/lib)?$",
      message:
        "Import one resource (@cdktf/provider-aws/lib/instance): the index takes seconds and half a gigabyte to load.",
    },
    ...onlyIn
      .filter(({ folders }) => !folders.includes(folder))
      .map(({ packages, reason }) => ({ regex: packages.source, message: `Not here: ${reason}.` })),
  ],
});

export default tseslint.config(
  { ignores: ["node_modules", "dist", "cdktf.out", "**/__snapshots__", "coverage"] },
  {
    files: ["**/*.ts", "**/*.mts"],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { "import-x": importX },
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: new URL("..", import.meta.url).pathname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    settings: {
      "import-x/resolver": {
        typescript: { project: "./tsconfig.json" },
        node: { extensions: [".ts", ".js", ".json"] },
      },
    },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-restricted-paths": [
        "error",
        {
          basePath: new URL("..", import.meta.url).pathname,
          zones: [
            ...layerZones,
            {
              target: "./lib/pki",
              from: "./lib/rendering",
              message: "lib/pki stands beside lib/rendering: certificates need nothing of what is rendered.",
            },
            {
              target: "./lib/downloads",
              from: ["./lib/cluster", "./lib/rendering", "./lib/pki"],
              message: "lib/downloads takes addresses and sums; what they are of is for its callers.",
            },
            {
              target: "./lib/verification",
              from: "./lib",
              except: ["./verification", "./client", "./errors.ts", "./lazy-require.ts"],
              message:
                "lib/verification works against any etcd: it takes plain data and knows nothing of definitions, rendering or CDKTF.",
            },
            {
              target: "./lib/discovery",
              from: "./lib",
              except: ["./discovery", "./client", "./errors.ts", "./lazy-require.ts"],
              message:
                "lib/discovery is for applications: it works against any etcd and knows nothing of definitions, verification or CDKTF.",
            },
            {
              target: "./lib/client",
              from: "./lib",
              except: ["./client", "./errors.ts", "./lazy-require.ts"],
              message: "lib/client talks to members; who asks them what, and why, is for those above it.",
            },
            {
              target: [
                "./lib/cluster",
                "./lib/rendering",
                "./lib/pki",
                "./lib/downloads",
                "./lib/local",
                "./lib/constructs",
                "./lib/stacks",
              ],
              from: ["./lib/client", "./lib/verification", "./lib/discovery"],
              message: "Only the CLI asks questions of a running cluster; everything else describes one.",
            },
            { target: "./lib", from: "./bin", message: "bin/ only starts things; nothing imports it." },
            { target: ["./lib", "./bin"], from: "./test", message: "Code that ships must not import tests." },
          ],
        },
      ],
      "no-template-curly-in-string": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // noUncheckedIndexedAccess asks for them where a regular expression has just matched.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Types of packages that are loaded only when needed.
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // A class whose constructor does the work is how constructs are declared.
      "@typescript-eslint/no-extraneous-class": "off",
      "no-new": "off",
    },
  },
  ...[
    "cluster",
    "rendering",
    "pki",
    "downloads",
    "local",
    "constructs",
    "stacks",
    "client",
    "verification",
    "discovery",
    "cli",
  ].map((layer) => ({
    files: [`lib/${layer}/**/*.ts`],
    rules: { "no-restricted-imports": ["error", restricted(`lib/${layer}`)] },
  })),
  {
    files: ["lib/cluster/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            ...restricted("lib/cluster").patterns,
            {
              regex: "^(node:.*|fs|path|os|child_process|crypto)$",
              message: "lib/cluster is pure: no I/O, no clock, no randomness.",
            },
          ],
        },
      ],
      "no-restricted-globals": [
        "error",
        { name: "process", message: "lib/cluster is pure." },
        { name: "fetch", message: "lib/cluster is pure." },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "lib/cluster is pure: no clock." },
        { object: "Math", property: "random", message: "lib/cluster is pure: no randomness." },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // expect.objectContaining and its like are any.
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      // What a beforeAll assigns is not there yet when it failed, and afterAll runs all the same.
      "@typescript-eslint/no-unnecessary-condition": "off",
      "no-template-curly-in-string": "off",
    },
  },
);
