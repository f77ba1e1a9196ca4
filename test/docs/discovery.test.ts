import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const blocks = [...readFileSync("docs/discovery.md", "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(
  ([, block]) => block ?? "",
);
/** Names that blocks import each other by. */
const NAMES = ["registering", "discovering"];

test("what docs/discovery.md shows compiles", () => {
  expect(blocks).toHaveLength(NAMES.length);
  const folder = resolve("examples");
  const files = new Map(blocks.map((block, index) => [join(folder, `${NAMES[index]}.ts`), block]));
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ["node"],
    paths: { "cdktf-etcd/discovery": [resolve("lib/discovery/index.ts")] },
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => files.has(file) || disk.fileExists(file),
    readFile: (file) => files.get(file) ?? disk.readFile(file),
    getSourceFile: (file, ...more) => {
      const text = files.get(file);
      return text === undefined
        ? disk.getSourceFile(file, ...more)
        : ts.createSourceFile(file, text, more[0]);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const mistakes = [...files.keys()].flatMap((file) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
  );
  expect(mistakes).toEqual([]);
});
