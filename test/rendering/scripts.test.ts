import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DefinitionError } from "../../lib/errors";
import { runProgram } from "../../lib/local/run-program";
import { renderMemberFiles } from "../../lib/rendering/member-files";
import { renderInstallScript } from "../../lib/rendering/scripts";
import { debianTool } from "../support/debian-tools";
import { awsCluster, memberOf, TLS } from "./support/fixtures";

/** The first run on a machine downloads the packages. */
const FIRST_RUN_MS = 300_000;

const nastyTls = {
  ...TLS,
  client: { ...TLS.client, keyFile: `/etc/my "keys" & 'more'/$x\`y\\{member}.key` },
};
const cluster = awsCluster({
  tls: nastyTls,
  etcd: { downloadBaseUrl: "https://mirror.example.com/a(b)$c&d'e;f" },
});
const files = renderMemberFiles(cluster, memberOf(cluster));
const shellScripts = files.filter(
  ({ path, content }) => content.startsWith("#!/bin/sh\n") || path.endsWith(".sh"),
);
const pythonScripts = files.filter(({ content }) => content.startsWith("#!/usr/bin/python3\n"));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scripts-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function saved(content: string): Promise<string> {
  const file = join(folder, "script");
  await writeFile(file, content);
  return file;
}

test("every program that the user data writes is one of these scripts", () => {
  const programs = files.filter(({ mode }) => mode === "0755");
  const checked = [...shellScripts, ...pythonScripts].filter(({ path }) => !path.endsWith(".sh"));
  expect(programs.map(({ path }) => path).sort()).toEqual(checked.map(({ path }) => path).sort());
  expect(shellScripts).toHaveLength(4);
  expect(pythonScripts).toHaveLength(3);
});

describe.each(shellScripts)("$path", ({ content }) => {
  test.each(["sh", "bash"])("is understood by %s", async (shell) => {
    const { failure } = await runProgram(shell, ["-n", await saved(content)]);
    expect(failure).toBeUndefined();
  });

  test(
    "has nothing that shellcheck minds, and switches none of its rules off",
    async () => {
      const { command, env } = await debianTool("shellcheck");
      const [program, ...prefix] = command;
      const result = await runProgram(program, [...prefix, "--shell=sh", "--norc", await saved(content)], {
        env,
      });
      expect(result.failure, result.stdout).toBeUndefined();
      expect(content).not.toContain("shellcheck");
    },
    FIRST_RUN_MS,
  );
});

test.each(pythonScripts)("$path is understood by Python", async ({ content }) => {
  const check = "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 9))";
  const { failure } = await runProgram("python3", ["-c", check, await saved(content)]);
  expect(failure).toBeUndefined();
});

test("refuses an architecture whose sha256 is not known, instead of installing unchecked", () => {
  const unknown = awsCluster({
    architecture: "arm64",
    etcd: { release: "3.9.9", sha256: { amd64: "a".repeat(64) } },
  });
  expect(() => renderInstallScript(unknown)).toThrow(DefinitionError);
  expect(() => renderInstallScript(unknown)).toThrow(
    "etcd.sha256.arm64: must be the sha256 of etcd-v3.9.9-linux-arm64.tar.gz, got nothing",
  );
});
