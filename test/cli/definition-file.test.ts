import { mkdirSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { askedTarget, definitionFile, loadCluster } from "../../lib/cli/definition-file";
import { UsageError } from "../../lib/errors";
import { inEmptyFolder } from "./in-process";

beforeEach(() => {
  inEmptyFolder();
  vi.stubEnv("CLUSTER", undefined);
  vi.stubEnv("TARGET", undefined);
  return () => vi.unstubAllEnvs();
});

const AWS = "aws: { region: eu-central-1 }\n";

test("takes the file of the option, else of $CLUSTER, else cluster.yaml", () => {
  expect(definitionFile({})).toBe("cluster.yaml");
  vi.stubEnv("CLUSTER", "");
  expect(definitionFile({})).toBe("cluster.yaml");
  vi.stubEnv("CLUSTER", "environment.yaml");
  expect(definitionFile({})).toBe("environment.yaml");
  expect(definitionFile({ cluster: "option.yaml" })).toBe("option.yaml");
});

test("takes the target of the option, else of $TARGET, else of the file, else the command's own", async () => {
  writeFileSync("open.yaml", `name: a\n${AWS}`);
  writeFileSync("local.yaml", `name: a\ntarget: local\n${AWS}`);
  const target = async (cluster: string, option?: string): Promise<string> =>
    (await loadCluster({ cluster, target: option }, "aws")).target;
  expect(await target("open.yaml")).toBe("aws");
  expect(await target("local.yaml")).toBe("local");
  vi.stubEnv("TARGET", "aws");
  expect(await target("local.yaml")).toBe("aws");
  expect(await target("local.yaml", "local")).toBe("local");
  expect((await loadCluster({ cluster: "open.yaml", target: "local" }, "aws")).target).toBe("local");
});

test("refuses an unknown target, and says where it came from", () => {
  expect(() => askedTarget({ target: "gcp" })).toThrow(
    new UsageError('--target must be aws or local, got "gcp"'),
  );
  vi.stubEnv("TARGET", "gcp");
  expect(() => askedTarget({})).toThrow(
    new UsageError('the environment variable TARGET must be aws or local, got "gcp"'),
  );
});

test("takes a file with a byte order mark", async () => {
  writeFileSync("cluster.yaml", "\ufeffname: a\n");
  expect((await loadCluster({}, "local")).name).toBe("a");
});

test.each<[string, () => void, string]>([
  ["none", () => undefined, "there is no such file"],
  ["a folder", () => mkdirSync("cluster.yaml"), "it is a folder"],
  [
    "bytes that are no text",
    () => writeFileSync("cluster.yaml", Buffer.from([0x6e, 0xff, 0xfe, 0x80])),
    "it is not UTF-8 text",
  ],
])("refuses %s in place of a definition, and says how to make one", async (_, make, reason) => {
  make();
  const error: unknown = await loadCluster({}, "local").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ message: `cannot read the cluster definition cluster.yaml: ${reason}` });
  expect((error as UsageError).remedy).toContain("name: my-cluster");
});

test("refuses a path through a file as if there were none", async () => {
  writeFileSync("file", "");
  await expect(loadCluster({ cluster: "file/cluster.yaml" }, "local")).rejects.toThrow(
    "there is no such file",
  );
});
